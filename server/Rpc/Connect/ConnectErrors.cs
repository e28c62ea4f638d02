using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using VectorStore.Protocol.Errors;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc.Connect.Json;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;
using StatusCodes = VectorStore.Protocol.Grpc.StatusCodes;

namespace VectorStore.Server.Rpc.Connect;

/// <summary>Errors as the Connect protocol has them: a status of HTTP, and JSON with code, message and details.</summary>
internal static class ConnectErrors
{
    public static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The status of HTTP that the protocol lays down for a code.</summary>
    public static int HttpStatus(StatusCode code) => code switch
    {
        StatusCode.Ok => HttpStatuses.Status200OK,
        StatusCode.Cancelled => HttpStatuses.Status499ClientClosedRequest,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => HttpStatuses.Status400BadRequest,
        StatusCode.DeadlineExceeded => HttpStatuses.Status504GatewayTimeout,
        StatusCode.NotFound => HttpStatuses.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => HttpStatuses.Status409Conflict,
        StatusCode.PermissionDenied => HttpStatuses.Status403Forbidden,
        StatusCode.ResourceExhausted => HttpStatuses.Status429TooManyRequests,
        StatusCode.Unimplemented => HttpStatuses.Status501NotImplemented,
        StatusCode.Unavailable => HttpStatuses.Status503ServiceUnavailable,
        StatusCode.Unauthenticated => HttpStatuses.Status401Unauthorized,
        _ => HttpStatuses.Status500InternalServerError,
    };

    /// <summary>Answers an exchange with an error, and nothing else.</summary>
    /// <param name="http">An exchange whose answer has not begun.</param>
    /// <param name="error">The error.</param>
    /// <param name="httpStatus">Null: that of the error's code.</param>
    public static async Task AnswerAsync(HttpContext http, RpcException error, int? httpStatus = null)
    {
        using var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, JsonOptions))
            Write(writer, error);

        var response = http.Response;
        response.StatusCode = httpStatus ?? HttpStatus(error.Code);
        response.ContentType = ConnectProtocols.Json;
        response.ContentLength = body.WrittenBytes;
        await response.BodyWriter.WriteAsync(body.WrittenMemory);
    }

    /// <summary>Writes an error as the next value of a document.</summary>
    public static void Write(Utf8JsonWriter writer, RpcException error)
    {
        var status = ErrorDetails.ToStatus(error);
        writer.WriteStartObject();
        writer.WriteString("code", StatusCodes.ConnectName(error.Code));
        writer.WriteString("message", status.Message);
        if (status.Details.Count > 0)
        {
            writer.WriteStartArray("details");
            foreach (var detail in status.Details)
                WriteDetail(writer, ErrorDetails.TypeName(detail), detail.Value);

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter writer, string type, ByteString value)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteString("value", Convert.ToBase64String(value.Span).TrimEnd('='));
        IMessage? readable = type == ErrorInfo.Descriptor.FullName ? ErrorInfo.Parser.ParseFrom(value)
            : type == BadRequest.Descriptor.FullName ? BadRequest.Parser.ParseFrom(value)
            : null;
        if (readable is not null)
        {
            writer.WritePropertyName("debug");
            JsonResponseWriter.WriteMessage(writer, readable);
        }

        writer.WriteEndObject();
    }
}
