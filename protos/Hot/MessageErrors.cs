using System.Diagnostics.CodeAnalysis;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Hot;

/// <summary>What may be wrong with a message whose bytes are well-formed.</summary>
internal static class MessageErrors
{
    public const string MalformedVector = "MALFORMED_VECTOR";
    public const string ConflictingFields = "CONFLICTING_FIELDS";
    public const string OutOfRange = "OUT_OF_RANGE";

    [DoesNotReturn]
    public static void ThrowConflict(in FieldPath path, string other) =>
        throw new RpcException(StatusCode.InvalidArgument, $"{path}: expected one of {path.Field} and {other}, got both", ConflictingFields, path.ToString());

    /// <summary>A list that is longer than any request may be: refused here, because keeping it would cost much more memory than its bytes.</summary>
    [DoesNotReturn]
    public static void ThrowCount(string path, int countMax, long count) =>
        throw new RpcException(StatusCode.InvalidArgument, $"{path}: expected 1 to {countMax}, got {count}", OutOfRange, path);

    /// <summary>Filters that are longer than any request's may be.</summary>
    [DoesNotReturn]
    public static void ThrowFilterBytes(in FieldPath path, int bytesMax, long bytes) =>
        throw new RpcException(
            StatusCode.InvalidArgument, $"{path}: expected at most {bytesMax} bytes of filters in one request, got {bytes}", OutOfRange, path.ToString());
}
