using System.Security.Cryptography;
using System.Threading.Channels;
using Amazon.S3;
using Amazon.S3.Model;

namespace VectorStore.Places.S3;

/// <summary>One put of an archive: in one request where it is small, in parts where it is not. It is seen only once all of it has arrived.</summary>
/// <remarks>
/// Every part is in memory while it is sent, so that it can be sent again: as many as <see cref="S3Settings.PartsAtOnce"/>. Its SHA-256 goes with it, in the signature and as the checksum that the bucket keeps. Each put has an id among
/// the object's metadata, by which it knows its own work where an answer was lost.
/// </remarks>
internal sealed class S3Upload(S3Access access, string key, Stream archive, ArchiveLength length, bool overwrite, IProgress<long>? progress)
{
    private const string ContentType = "application/octet-stream";
    private const string NoneYet = "*";

    private static readonly TimeSpan s_farewellLimit = TimeSpan.FromSeconds(30);

    private readonly string _bucket = access.Settings.Bucket;
    private readonly string _objectKey = access.ObjectKey(key);
    private readonly string _putId = Guid.NewGuid().ToString("N");
    private readonly int _partBytes = access.Settings.PartBytesFor(length.Bytes);

    // Read so far; all of it, once reading is over.
    private long _bytes;
    private long _sent;

    /// <summary>Puts it.</summary>
    /// <exception cref="PlaceException">It was refused, or failed each time.</exception>
    public async Task<PlacedArchive> RunAsync(CancellationToken cancellationToken)
    {
        // Asked before anything is sent: the bucket itself says so only at the end.
        if (!overwrite && await access.DescribeAsync(key, cancellationToken).ConfigureAwait(false) is not null)
            throw AlreadyExists(null);

        if (length.Bytes <= _partBytes)
            await PutWholeAsync(cancellationToken).ConfigureAwait(false);
        else
            await PutPartsAsync(cancellationToken).ConfigureAwait(false);

        var stored = await access.DescribeAsync(key, cancellationToken).ConfigureAwait(false);
        return stored is { } found && found.PutId == _putId && found.Archive.Bytes == _bytes
            ? found.Archive
            : throw new PlaceException(
                PlaceErrorReason.ArchiveChanged, $"{access.Name(key)} is another archive than the one that was put: expected {_bytes} bytes, found {stored?.Archive.Bytes ?? 0}", access.Settings.Address, key);
    }

    private async Task PutWholeAsync(CancellationToken cancellationToken)
    {
        byte[] content = new byte[length.Bytes];
        int read = await ReadAsync(content, cancellationToken).ConfigureAwait(false);
        await EndAsync(cancellationToken).ConfigureAwait(false);
        string checksum = Convert.ToBase64String(SHA256.HashData(content.AsSpan(0, read)));
        await FinishAsync(
            token =>
            {
                var request = new PutObjectRequest
                {
                    BucketName = _bucket,
                    Key = _objectKey,
                    InputStream = new MemoryStream(content, 0, read, writable: false),
                    ContentType = ContentType,
                    ChecksumSHA256 = checksum,
                    IfNoneMatch = overwrite ? null : NoneYet,
                    UseChunkEncoding = false,
                };
                request.Metadata[S3Access.PutIdName] = _putId;
                return access.Client.PutObjectAsync(request, token);
            },
            cancellationToken).ConfigureAwait(false);
        Tell(read);
    }

    private async Task PutPartsAsync(CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = _bucket, Key = _objectKey, ContentType = ContentType, ChecksumAlgorithm = ChecksumAlgorithm.SHA256 };
        begin.Metadata[S3Access.PutIdName] = _putId;
        var begun = await access.CallAsync(key, token => access.Client.InitiateMultipartUploadAsync(begin, token), cancellationToken).ConfigureAwait(false);
        try
        {
            var parts = await SendPartsAsync(begun.UploadId, cancellationToken).ConfigureAwait(false);
            await FinishAsync(
                token => access.Client.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest { BucketName = _bucket, Key = _objectKey, UploadId = begun.UploadId, PartETags = [.. parts], IfNoneMatch = overwrite ? null : NoneYet }, token),
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(begun.UploadId).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads part after part, and sends several at once. The first failure ends them all.</summary>
    private async Task<PartETag[]> SendPartsAsync(string uploadId, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A buffer is the right to send a part; the bytes come with its first use.
        var buffers = Channel.CreateUnbounded<byte[]>();
        for (int index = 0; index < access.Settings.PartsAtOnce; index++)
            buffers.Writer.TryWrite([]);

        var sending = new List<Task<PartETag>>();
        try
        {
            while (_bytes < length.Bytes)
            {
                byte[] buffer = await buffers.Reader.ReadAsync(stop.Token).ConfigureAwait(false);
                if (buffer.Length == 0)
                    buffer = new byte[_partBytes];

                int wanted = (int)Math.Min(_partBytes, length.Bytes - _bytes);
                int read = await ReadAsync(buffer.AsMemory(0, wanted), stop.Token).ConfigureAwait(false);
                if (read == wanted || (read > 0 && length.IsAtMost))
                    sending.Add(SendAndGiveBackAsync(uploadId, sending.Count + 1, buffer, read));
                if (read < wanted)
                    break;
            }

            await EndAsync(stop.Token).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Where a part has failed, that is why reading stopped.
            if (problem is OperationCanceledException && sending.Find(part => part.IsFaulted) is { } failed)
                await failed.ConfigureAwait(false);

            throw;
        }

        return await Task.WhenAll(sending).ConfigureAwait(false);

        async Task<PartETag> SendAndGiveBackAsync(string upload, int number, byte[] buffer, int partBytes)
        {
            try
            {
                return await SendAsync(upload, number, buffer, partBytes, stop.Token).ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                buffers.Writer.TryWrite(buffer);
            }
        }
    }

    private async Task<PartETag> SendAsync(string uploadId, int number, byte[] buffer, int partBytes, CancellationToken cancellationToken)
    {
        string checksum = Convert.ToBase64String(SHA256.HashData(buffer.AsSpan(0, partBytes)));
        var sent = await access.CallAsync(
            key,
            token => access.Client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = _bucket,
                    Key = _objectKey,
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = partBytes,
                    InputStream = new MemoryStream(buffer, 0, partBytes, writable: false),
                    ChecksumSHA256 = checksum,
                    UseChunkEncoding = false,
                },
                token),
            cancellationToken).ConfigureAwait(false);
        Tell(partBytes);
        return new PartETag(number, sent.ETag) { ChecksumSHA256 = checksum };
    }

    /// <summary>Makes the request by which the archive is there. Where it is refused because it is there already, that may be an earlier try of ours whose answer was lost.</summary>
    private async Task FinishAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            await access.CallAsync(key, call, cancellationToken).ConfigureAwait(false);
        }
        catch (PlaceException refused) when (refused.Reason is not (PlaceErrorReason.AccessDenied or PlaceErrorReason.PlaceNotFound or PlaceErrorReason.NotSupported))
        {
            if (!await IsOursAsync(cancellationToken).ConfigureAwait(false))
                throw;
        }
    }

    private async Task<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await access.DescribeAsync(key, cancellationToken).ConfigureAwait(false) is { } found && found.PutId == _putId;
        }
        catch (PlaceException)
        {
            // The first error says more.
            return false;
        }
    }

    /// <summary>What has arrived of an archive that will never be whole costs money until somebody removes it. Where even that fails, the bucket's own rules have to.</summary>
    private async Task AbortAsync(string uploadId)
    {
        using var limit = new CancellationTokenSource(s_farewellLimit);
        try
        {
            await access.CallAsync(
                key,
                token => access.Client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = _bucket, Key = _objectKey, UploadId = uploadId }, token),
                limit.Token).ConfigureAwait(false);
        }
        catch (Exception unreachable) when (unreachable is PlaceException or OperationCanceledException || S3Errors.IsOfPlace(unreachable))
        {
            // Said above.
        }
    }

    /// <summary>Fills a buffer, up to the end of the archive.</summary>
    private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int read = await archive.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        _bytes += read;
        return read;
    }

    /// <summary>The archive must end here, and be as long as was said.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (!length.Allows(_bytes))
            throw WrongLength($"{_bytes}");
        if (await archive.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0)
            throw WrongLength("more");
    }

    private void Tell(int bytes) => progress?.Report(Interlocked.Add(ref _sent, bytes));

    private PlaceException WrongLength(string found) =>
        new(PlaceErrorReason.WrongLength, $"{access.Name(key)}: expected an archive of {length} bytes, got {found}", access.Settings.Address, key);

    private PlaceException AlreadyExists(Exception? cause) =>
        new(PlaceErrorReason.ArchiveAlreadyExists, $"there is an archive {access.Name(key)} already", access.Settings.Address, key, cause);
}
