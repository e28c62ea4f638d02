using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorStore.Places.S3;

/// <summary>Requests to a bucket: tried again with growing waits where that may help, their errors as sentences. Thread-safe.</summary>
internal sealed class S3Access(IAmazonS3 client, S3Settings settings, TimeProvider time)
{
    /// <summary>Says of an object which put made it.</summary>
    public const string PutIdName = "vectorstore-put";

    public IAmazonS3 Client => client;

    public S3Settings Settings => settings;

    /// <summary>The key of the object that keeps an archive.</summary>
    public string ObjectKey(string key) => settings.Prefix + key;

    /// <summary>What sentences call an archive.</summary>
    public string Name(string key) => $"{settings.Address}/{key}";

    public PlaceException NotFound(string key, Exception? cause = null) =>
        new(PlaceErrorReason.ArchiveNotFound, $"there is no archive {Name(key)}", settings.Address, key, cause);

    /// <summary>Makes a request until it is answered, at most <see cref="S3Settings.AttemptsMax"/> times.</summary>
    /// <param name="key">Which archive it is about; null: the place.</param>
    /// <param name="call">Makes it once.</param>
    /// <param name="cancellationToken">Ends waiting too.</param>
    /// <exception cref="PlaceException">It was refused, or failed each time.</exception>
    /// <exception cref="OperationCanceledException">It was given up, whatever the bucket said.</exception>
    public async Task<T> CallAsync<T>(string? key, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (!cancellationToken.IsCancellationRequested && S3Errors.IsTransient(problem) && attempt < settings.AttemptsMax)
            {
                await WaitAfterAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (!cancellationToken.IsCancellationRequested && S3Errors.IsOfPlace(problem))
            {
                throw S3Errors.Explain(problem, settings, key, attempt);
            }
            catch (Exception problem) when (S3Errors.IsOfPlace(problem))
            {
                // Two parts of an archive may fail at the same time, and the first ends the other: only that one is to be told.
                throw new OperationCanceledException(problem.Message, problem, cancellationToken);
            }
        }
    }

    /// <summary>Waits after so many failures in a row.</summary>
    public Task WaitAfterAsync(int failures, CancellationToken cancellationToken)
    {
        double seconds = Math.Min(settings.DelayMax.TotalSeconds, settings.FirstDelay.TotalSeconds * Math.Pow(2, failures - 1));
        return Task.Delay(TimeSpan.FromSeconds(seconds), time, cancellationToken);
    }

    /// <summary>What a key stands for, and which put made it; null: nothing.</summary>
    public async Task<(PlacedArchive Archive, string? PutId)?> DescribeAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var found = await CallAsync(
                key,
                token => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = settings.Bucket, Key = ObjectKey(key) }, token),
                cancellationToken).ConfigureAwait(false);
            return (new PlacedArchive(key, found.ContentLength, Utc(found.LastModified), found.ETag), found.Metadata[PutIdName]);
        }
        catch (PlaceException refused) when (refused.InnerException is AmazonServiceException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Forbidden } unnamed)
        {
            // The answer to HEAD has no body, so it does not tell a missing bucket from a missing object, nor why access is denied. Listing does.
            await CallAsync(
                key,
                token => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = settings.Bucket, Prefix = ObjectKey(key), MaxKeys = 1 }, token),
                cancellationToken).ConfigureAwait(false);
            if (unnamed.StatusCode == HttpStatusCode.NotFound)
                return null;

            throw;
        }
    }

    public static DateTimeOffset? Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : null;
}
