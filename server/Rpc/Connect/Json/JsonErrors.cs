using System.Text.Json;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>The errors of a body that is not the JSON of its message. Each says where: line and column count from 1, the column in bytes.</summary>
internal static class JsonErrors
{
    public const string Malformed = "MALFORMED_JSON";
    public const string UnknownField = "UNKNOWN_FIELD";
    public const string DuplicateField = "DUPLICATE_FIELD";
    public const string WrongType = "WRONG_TYPE";
    public const string OutOfRange = "OUT_OF_RANGE";

    /// <summary>An error at a byte of the body.</summary>
    public static RpcException At(ReadOnlySpan<byte> body, long position, string reason, string message, string? field = null)
    {
        var before = body[..(int)Math.Clamp(position, 0, body.Length)];
        int line = before.Count((byte)'\n') + 1;
        int column = before.Length - (before.LastIndexOf((byte)'\n') + 1) + 1;
        string place = $"line {line}, column {column}: ";
        return new RpcException(StatusCode.InvalidArgument, field is null ? place + message : $"{place}{field}: {message}", reason, field);
    }

    /// <summary>What the reader of the framework found wrong.</summary>
    public static RpcException Syntax(JsonException error)
    {
        // The framework appends the place in its own words, counted from 0.
        string sentence = error.Message;
        int place = sentence.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (place >= 0)
            sentence = sentence[..place];

        return new RpcException(
            StatusCode.InvalidArgument,
            $"line {(error.LineNumber ?? 0) + 1}, column {(error.BytePositionInLine ?? 0) + 1}: not JSON: {sentence}", Malformed, innerException: error);
    }

    public static RpcException TooLarge(long sizeBytes) =>
        new(StatusCode.ResourceExhausted, $"the message takes {sizeBytes} bytes, more than a message can have", "MESSAGE_TOO_LARGE");
}
