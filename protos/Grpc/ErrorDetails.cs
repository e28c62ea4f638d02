using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Errors;

namespace VectorStore.Protocol.Grpc;

/// <summary>Errors as <c>grpc-status-details-bin</c> carries them: a google.rpc.Status with ErrorInfo, and BadRequest where a field is at fault. Thread-safe.</summary>
/// <remarks>What is written stays far below the 8 KiB of metadata that some clients take: long texts are cut.</remarks>
public static class ErrorDetails
{
    /// <summary>The header that carries the bytes.</summary>
    public const string Key = "grpc-status-details-bin";

    /// <summary>The domain of our reasons.</summary>
    public const string Domain = "vectorstore";

    /// <summary>Most bytes of UTF-8 of a message on the wire.</summary>
    public const int MessageBytesMax = 1024;

    private const int FieldBytesMax = 256;
    private const int FactBytesMax = 256;
    private const int FactsMax = 8;
    private const string TypePrefix = "type.googleapis.com/";

    /// <summary>The bytes of <see cref="ToStatus"/>.</summary>
    public static byte[] Write(RpcException error) => ToStatus(error).ToByteArray();

    /// <summary>An error as a message; its details are empty where it has neither reason nor field.</summary>
    public static Status ToStatus(RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var status = new Status { Code = (int)error.Code, Message = Shorten(error.Message) };
        if (error.Reason is not null || error.Facts.Count > 0)
        {
            var info = new ErrorInfo { Reason = Valid(error.Reason ?? ""), Domain = Domain };
            foreach (var (name, value) in error.Facts.Take(FactsMax))
                info.Metadata[Shorten(name, FactBytesMax)] = Shorten(value, FactBytesMax);

            status.Details.Add(Any.Pack(info));
        }

        if (error.Field is not null)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = Shorten(error.Field, FieldBytesMax), Description = status.Message };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        return status;
    }

    /// <summary>The error that a call ended with.</summary>
    /// <param name="code">From <c>grpc-status</c>; not <see cref="StatusCode.Ok"/>.</param>
    /// <param name="message">From <c>grpc-message</c>, decoded. Empty: that of the details.</param>
    /// <param name="details">From <c>grpc-status-details-bin</c>. What is malformed, contradicts the code, or is of other types than ours is passed over.</param>
    /// <param name="trailers">What else came with the status.</param>
    public static RpcException Read(StatusCode code, string message, ReadOnlyMemory<byte> details = default, Metadata? trailers = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        string? reason = null;
        string? field = null;
        Dictionary<string, string> facts = [];
        if (TryParse<Status>(details.Span) is { } status && status.Code == (int)code)
        {
            if (message.Length == 0)
                message = status.Message;

            foreach (var detail in status.Details)
            {
                if (detail.TypeUrl.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal) && reason is null && TryParse<ErrorInfo>(detail.Value.Span) is { } info)
                {
                    reason = info.Reason.Length > 0 ? info.Reason : null;
                    facts = new Dictionary<string, string>(info.Metadata);
                }
                else if (detail.TypeUrl.EndsWith("/google.rpc.BadRequest", StringComparison.Ordinal) && field is null && TryParse<BadRequest>(detail.Value.Span) is { } request)
                {
                    field = request.FieldViolations.FirstOrDefault()?.Field;
                }
            }
        }

        return new RpcException(code, message, reason, field) { Facts = facts, Trailers = trailers ?? [] };
    }

    /// <summary>A text of at most so many bytes of UTF-8, cut between characters and ending in '…' where it is longer. Lone surrogates become U+FFFD.</summary>
    public static string Shorten(string text, int bytesMax = MessageBytesMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= bytesMax && Encoding.UTF8.GetByteCount(text) <= bytesMax)
            return Valid(text);

        var shortened = new StringBuilder();
        int bytes = "…"u8.Length;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
                break;

            shortened.Append(rune.ToString());
        }

        return shortened.Append('…').ToString();
    }

    /// <summary>The name of a detail's type, such as <c>google.rpc.ErrorInfo</c>.</summary>
    public static string TypeName(Any detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return detail.TypeUrl.StartsWith(TypePrefix, StringComparison.Ordinal) ? detail.TypeUrl[TypePrefix.Length..] : detail.TypeUrl[(detail.TypeUrl.LastIndexOf('/') + 1)..];
    }

    /// <summary>Protobuf refuses to write lone surrogates.</summary>
    private static string Valid(string text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogate(text[index]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }

    private static T? TryParse<T>(ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>, new()
    {
        if (bytes.IsEmpty)
            return null;

        try
        {
            var message = new T();
            message.MergeFrom(bytes);
            return message;
        }
        catch (Exception malformed) when (MalformedMessage.IsCause(malformed))
        {
            // Another system's idea of details: the status still says what happened.
            return null;
        }
    }
}
