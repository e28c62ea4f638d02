using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VectorStore.Protocol.Grpc;

/// <summary>The error for bytes that are no message of the type that the method takes.</summary>
internal static class MalformedMessage
{
    public const string Reason = "MALFORMED_MESSAGE";

    /// <summary>Whether the generated parser means that bytes are malformed. It has an exception for that, and throws others where a length near 2^31 overflows its arithmetic.</summary>
    public static bool IsCause(Exception problem) =>
        problem is InvalidProtocolBufferException or ArgumentException or IndexOutOfRangeException or OverflowException or InvalidOperationException;

    public static RpcException Create(MessageDescriptor type, Exception malformed)
    {
        string what = malformed is InvalidProtocolBufferException ? malformed.Message : "a length in it is wrong";
        return new(StatusCode.InvalidArgument, $"the bytes are not a {type.FullName}: {what}", Reason, innerException: malformed);
    }
}
