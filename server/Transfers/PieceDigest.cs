using System.Security.Cryptography;
using VectorStore.Engine;
using VectorStore.Protocol.Archives;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Transfers;

/// <summary>What <c>Content-Digest</c> (RFC 9530) says of a body: its SHA-256. Such a body is read whole and compared before anything of it is taken, so that damage on the way costs the piece and not the upload.</summary>
internal sealed class PieceDigest
{
    /// <summary>Bytes of a body that may have a digest: it is in memory meanwhile.</summary>
    public const int BytesMax = 8 << 20;

    private const string Header = "Content-Digest";
    private const string Algorithm = "sha-256=:";
    private const int QuotedBytesMax = 128;

    private readonly byte[] _expected;

    private PieceDigest(byte[] expected) => _expected = expected;

    /// <summary>The digest of a request; null: it has none.</summary>
    /// <exception cref="RpcException">It has one that is not a SHA-256.</exception>
    public static PieceDigest? Of(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var header))
            return null;

        foreach (string digest in header.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            byte[] bytes = new byte[SHA256.HashSizeInBytes];
            if (digest.StartsWith(Algorithm, StringComparison.Ordinal) && digest.EndsWith(':') && digest.Length > Algorithm.Length
                && Convert.TryFromBase64String(digest[Algorithm.Length..^1], bytes, out int written) && written == bytes.Length)
                return new PieceDigest(bytes);
        }

        throw EngineErrors.Invalid(
            ErrorReason.OutOfRange, Header, $"{Header}: expected sha-256=:BASE64: with 32 bytes, got '{ErrorDetails.Shorten(header.ToString(), QuotedBytesMax)}'");
    }

    /// <summary>All of a body.</summary>
    /// <exception cref="RpcException">It is too long for a digest, not as long as was said, or not what the digest is of.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, long length, StallLimit stall, CancellationToken cancellation)
    {
        if (length > BytesMax)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, Header, $"{Header}: expected a piece of at most {BytesMax} bytes, got {length}; longer ones go without, and are checked with the archive");

        byte[] piece = new byte[length + 1];
        int filled = 0;
        while (filled < piece.Length)
        {
            stall.Begin();
            int read = await body.ReadAsync(piece.AsMemory(filled), cancellation);
            stall.End();
            if (read == 0)
                break;

            filled += read;
        }

        if (filled != length)
            throw ResumableUpload.OfAnotherLength(length, filled);

        byte[] found = SHA256.HashData(piece.AsSpan(0, filled));
        return found.AsSpan().SequenceEqual(_expected)
            ? piece.AsMemory(0, filled)
            : throw new RpcException(
                StatusCode.InvalidArgument,
                $"{Header}: the piece arrived damaged: expected SHA-256 {Convert.ToHexStringLower(_expected)}, found {Convert.ToHexStringLower(found)}; nothing of it was taken",
                ChunkException.Damaged,
                Header);
    }
}
