using VectorStore.Client.Uploading;

namespace VectorStore.Client;

public sealed partial class Collection
{
    /// <summary>Stores many points: in batches, several at a time, with progress, and so that a failed upload can be resumed.</summary>
    /// <param name="points">Read once, as fast as they are stored. Their vectors must not change until the upload has returned.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops reading. Requests in flight are finished first, so that what <see cref="UploadOptions.Checkpoint"/> was told is exact.</param>
    /// <returns>Once every point is stored.</returns>
    /// <exception cref="UploadException">A request failed, or reading the points did: says how many points are stored, and where to resume.</exception>
    /// <exception cref="InvalidRequestException">An option is outside its range.</exception>
    public Task<UploadResult> UploadAsync(IAsyncEnumerable<Point> points, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        return new Uploader(this, options ?? new UploadOptions()).RunAsync(points, cancellationToken);
    }

    /// <summary>As for points that come asynchronously; read on threads of the pool.</summary>
    /// <param name="points">Read once, as fast as they are stored. Their vectors must not change until the upload has returned.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="cancellationToken">Stops reading. Requests in flight are finished first.</param>
    /// <returns>Once every point is stored.</returns>
    /// <exception cref="UploadException">A request failed, or reading the points did: says how many points are stored, and where to resume.</exception>
    /// <exception cref="InvalidRequestException">An option is outside its range.</exception>
    public Task<UploadResult> UploadAsync(IEnumerable<Point> points, UploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        return UploadAsync(points.ToAsyncEnumerable(), options, cancellationToken);
    }
}
