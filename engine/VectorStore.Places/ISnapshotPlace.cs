namespace VectorStore.Places;

/// <summary>A place that keeps archives of snapshots, away from the data directory: a directory of another disk or a mounted share, or a bucket.</summary>
/// <remarks>
/// A key is seen whole or not at all: a put that fails, or whose process dies, leaves nothing under it, and an existing archive stays as it was. What is put is durable when the call returns, as far as the
/// place itself promises that. Archives are bytes here: who imports one checks it. Thread-safe.
/// </remarks>
public interface ISnapshotPlace : IDisposable
{
    /// <summary>The place as one names it: a directory's path, or <c>s3://bucket/prefix</c>. Without settings, and never with anything secret.</summary>
    string Address { get; }

    /// <summary>Keeps an archive under a key.</summary>
    /// <param name="key">Such as <see cref="ArchiveKey.Of"/> makes.</param>
    /// <param name="archive">Is read front to back to its end, not disposed.</param>
    /// <param name="length">How many bytes that are, or may be; at least 1. Another number is an error.</param>
    /// <param name="overwrite">Replace what is under the key. False: that is an error, also where somebody else puts it there at the same time.</param>
    /// <param name="progress">Told how many bytes have arrived, now and then, on whatever thread. Null: nobody is told.</param>
    /// <param name="cancellationToken">Leaves nothing.</param>
    /// <returns>What the place has now.</returns>
    /// <exception cref="PlaceException">With the reason; nothing is left under the key that was not there before. Where only the very last answer was lost, the archive may be there, whole.</exception>
    /// <exception cref="Engine.StorageException">A directory could not be written.</exception>
    Task<PlacedArchive> PutAsync(string key, Stream archive, ArchiveLength length, bool overwrite = false, IProgress<long>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Every archive whose key begins so, in ordinal order.</summary>
    /// <param name="keyPrefix">Such as <see cref="ArchiveKey.Below"/> makes; empty: all.</param>
    /// <param name="cancellationToken">Checked between pages.</param>
    /// <exception cref="PlaceException">The place is not there, or refuses.</exception>
    Task<IReadOnlyList<PlacedArchive>> ListAsync(string keyPrefix = "", CancellationToken cancellationToken = default);

    /// <summary>An archive to read, from a byte on.</summary>
    /// <param name="key">Which.</param>
    /// <param name="offsetBytes">The first byte to read, 0 to its length.</param>
    /// <param name="cancellationToken">Ends opening.</param>
    /// <returns>
    /// Can be sought in, knows its length, is read by one reader at a time; dispose it. Where the connection breaks or stands still, reading goes on by itself where it was, with waits in between; once nothing has come for
    /// several tries in a row, or the key stands for another archive by then, reads throw <see cref="PlaceException"/>.
    /// </returns>
    /// <exception cref="PlaceException">There is no such archive (<see cref="PlaceErrorReason.ArchiveNotFound"/>), the offset is beyond its end, or the place refuses.</exception>
    Task<Stream> OpenReadAsync(string key, long offsetBytes = 0, CancellationToken cancellationToken = default);

    /// <summary>Removes an archive.</summary>
    /// <exception cref="PlaceException">There is none (<see cref="PlaceErrorReason.ArchiveNotFound"/>), or the place refuses.</exception>
    Task DeleteAsync(string key, CancellationToken cancellationToken = default);
}
