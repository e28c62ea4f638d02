using System.Net;
using Amazon.Runtime;
using Amazon.S3.Model;

namespace VectorStore.Places.S3;

/// <summary>An archive in a bucket as a stream to read from. Where the connection breaks or stands still it asks for the rest, of the same content.</summary>
internal sealed class S3ArchiveStream(S3Access access, PlacedArchive archive) : PlacedStream
{
    private GetObjectResponse? _response;
    private int _failures;

    public override long Length => archive.Bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long left = archive.Bytes - Position;
        if (buffer.IsEmpty || left <= 0)
            return 0;

        if (buffer.Length > left)
            buffer = buffer[..(int)left];

        while (true)
        {
            try
            {
                int read = await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
                Advance(read);
                _failures = 0;
                return read;
            }
            catch (Exception broken) when (!cancellationToken.IsCancellationRequested && broken is not PlaceException && S3Errors.IsOfPlace(broken))
            {
                Leave();
                if (!S3Errors.IsTransient(broken) || ++_failures >= access.Settings.AttemptsMax)
                    throw Explain(broken);

                await access.WaitAfterAsync(_failures, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception broken) when (cancellationToken.IsCancellationRequested && S3Errors.IsOfPlace(broken))
            {
                throw new OperationCanceledException(broken.Message, broken, cancellationToken);
            }
        }
    }

    protected override void Leave()
    {
        _response?.Dispose();
        _response = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Leave();

        base.Dispose(disposing);
    }

    /// <summary>Reads on, or from a new answer; nothing within the time that is allowed counts as a broken connection.</summary>
    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(access.Settings.StallMax);
        _response ??= await AskAsync(stall.Token).ConfigureAwait(false);
        int read = await _response.ResponseStream.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
        return read > 0 ? read : throw new EndOfStreamException($"the answer ended at byte {Position} of {archive.Bytes}");
    }

    private Task<GetObjectResponse> AskAsync(CancellationToken cancellationToken)
    {
        // Always a range: of whole answers the library believes that their tag is an MD5, which not every server means by it.
        var request = new GetObjectRequest
        {
            BucketName = access.Settings.Bucket,
            Key = access.ObjectKey(archive.Key),
            EtagToMatch = archive.Tag,
            ByteRange = new ByteRange(Position, archive.Bytes - 1),
        };
        return access.Client.GetObjectAsync(request, cancellationToken);
    }

    private PlaceException Explain(Exception broken) => broken is AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed }
        ? new PlaceException(PlaceErrorReason.ArchiveChanged, $"{access.Name(archive.Key)} is another archive by now than the one that was begun to be read", access.Settings.Address, archive.Key, broken)
        : S3Errors.Explain(broken, access.Settings, archive.Key, _failures);
}
