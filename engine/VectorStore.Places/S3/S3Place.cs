using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorStore.Places.S3;

/// <summary>A bucket, or what is below a prefix of one, that keeps archives as objects.</summary>
internal sealed class S3Place : ISnapshotPlace
{
    private readonly S3Access _access;

    private S3Place(S3Access access) => _access = access;

    public string Address => _access.Settings.Address;

    /// <summary>Opens a place; nothing is asked of it yet.</summary>
    /// <param name="settings">Where.</param>
    /// <param name="credentials">Null: those of the environment, profile or machine.</param>
    /// <param name="time">Null: the system's.</param>
    /// <exception cref="PlaceException">It cannot be told which region.</exception>
    public static S3Place Open(S3Settings settings, AWSCredentials? credentials = null, TimeProvider? time = null)
    {
        try
        {
            var config = ConfigOf(settings);
            var client = credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
            return new S3Place(new S3Access(client, settings, time ?? TimeProvider.System));
        }
        catch (AmazonClientException unusable)
        {
            throw new PlaceException(
                PlaceErrorReason.InvalidAddress, $"{settings.Address} cannot be used: {unusable.Message}; say ?region=NAME or ?endpoint=URL", settings.Address, innerException: unusable);
        }
    }

    public Task<PlacedArchive> PutAsync(
        string key, Stream archive, ArchiveLength length, bool overwrite = false, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentOutOfRangeException.ThrowIfLessThan(length.Bytes, 1, nameof(length));
        return new S3Upload(_access, ArchiveKey.Checked(key), archive, length, overwrite, progress).RunAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PlacedArchive>> ListAsync(string keyPrefix = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keyPrefix);
        string prefix = _access.Settings.Prefix;
        var found = new List<PlacedArchive>();
        string? next = null;
        do
        {
            string? from = next;
            var page = await _access.CallAsync(
                null,
                token => _access.Client.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = _access.Settings.Bucket, Prefix = prefix + keyPrefix, ContinuationToken = from }, token),
                cancellationToken).ConfigureAwait(false);
            foreach (var stored in page.S3Objects ?? [])
            {
                string key = stored.Key[prefix.Length..];
                if (key.EndsWith(ArchiveKey.Suffix, StringComparison.Ordinal) && ArchiveKey.IsKey(key))
                    found.Add(new PlacedArchive(key, stored.Size ?? 0, S3Access.Utc(stored.LastModified), stored.ETag));
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
        return [.. found.OrderBy(archive => archive.Key, StringComparer.Ordinal)];
    }

    public async Task<Stream> OpenReadAsync(string key, long offsetBytes = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        var stored = await _access.DescribeAsync(ArchiveKey.Checked(key), cancellationToken).ConfigureAwait(false) ?? throw _access.NotFound(key);
        if (offsetBytes > stored.Archive.Bytes)
            throw new PlaceException(PlaceErrorReason.OutOfRange, $"{_access.Name(key)}: expected an offset of 0 to {stored.Archive.Bytes}, got {offsetBytes}", Address, key);

        return new S3ArchiveStream(_access, stored.Archive) { Position = offsetBytes };
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        // S3 itself does not say whether there was anything to delete.
        _ = await _access.DescribeAsync(ArchiveKey.Checked(key), cancellationToken).ConfigureAwait(false) ?? throw _access.NotFound(key);
        await _access.CallAsync(
            key,
            token => _access.Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _access.Settings.Bucket, Key = _access.ObjectKey(key) }, token),
            cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _access.Client.Dispose();

    private static AmazonS3Config ConfigOf(S3Settings settings)
    {
        // Tries are counted in one place, S3Access. Checksums are given with each request: those that the library would add are not understood by every server.
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0,
            Timeout = settings.RequestMax,
            ForcePathStyle = settings.PathStyle ?? settings.Endpoint is not null,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = settings.Region ?? RegionEndpoint.USEast1.SystemName;
        }
        else if (settings.Region is { } region)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);

        return config;
    }
}
