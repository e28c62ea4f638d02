using VectorStore.Datasets;
using VectorStore.Engine;
using VectorStore.Places;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli;

/// <summary>An error as the command line tells it: one sentence, a machine-readable reason, an exit code.</summary>
internal sealed class CliException : Exception
{
    public CliException(int exitCode, string reason, string message, string? field = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ExitCode = exitCode;
        Reason = reason;
        Field = field;
    }

    public int ExitCode { get; }

    /// <summary>The name of an <see cref="ErrorReason"/>, or a word of the command line's own.</summary>
    public string Reason { get; }

    /// <summary>The option or field at fault; null where there is none.</summary>
    public string? Field { get; }

    public static CliException BadInput(string message, string? field = null) => new(Cli.ExitCode.BadInput, "InvalidUsage", message, field);

    public static CliException NotFound(string reason, string message, string? field = null) => new(Cli.ExitCode.NotFound, reason, message, field);

    /// <summary>Translates whatever was thrown.</summary>
    public static CliException From(Exception exception) => exception switch
    {
        CliException known => known,
        InvalidRequestException invalid => new(Cli.ExitCode.Of(invalid.Reason), invalid.Reason.ToString(), invalid.Message, invalid.Field, invalid),
        VectorStoreException engine => new(Cli.ExitCode.Of(engine.Reason), engine.Reason.ToString(), engine.Message, null, engine),
        Sdk.VectorStoreException server => FromServer(server),
        PlaceException place => new(Cli.ExitCode.Of(place.Reason), place.Reason.ToString(), place.Message, "place", place),
        DatasetFormatException format => new(Cli.ExitCode.BadInput, "InvalidFile", format.Message, null, format),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
            new(Cli.ExitCode.BadInput, "FileUnreadable", exception.Message, null, exception),
        IOException => new(Cli.ExitCode.StorageFailed, "InputOutput", exception.Message, null, exception),
        OperationCanceledException => new(Cli.ExitCode.Cancelled, "Cancelled", "cancelled", null, exception),
        AggregateException { InnerExceptions: [var only] } => From(only),
        _ => new(Cli.ExitCode.InternalError, "Internal", $"this is a fault of the program, please report it: {exception.GetType().Name}: {exception.Message}", null, exception),
    };

    /// <summary>What a server says reads as it would in process; what stands between it and us has codes of its own.</summary>
    private static CliException FromServer(Sdk.VectorStoreException error)
    {
        string? field = error is Sdk.InvalidRequestException { Field.Length: > 0 } invalid ? invalid.Field : null;
        return error switch
        {
            Sdk.ServerUnavailableException or Sdk.DeadlineException => new(Cli.ExitCode.ServerUnavailable, error.Reason.ToString(), error.Message, field, error),
            Sdk.ServerException failure => new(Cli.ExitCode.ServerUnavailable, "ServerFailed", $"the server answered {failure.Status}: {error.Message}", field, error),
            Sdk.InvalidRequestException { Reason: Sdk.ErrorReason.Unknown } => new(Cli.ExitCode.BadInput, "InvalidRequest", error.Message, field, error),
            _ => new(Cli.ExitCode.Of((ErrorReason)(int)error.Reason), error.Reason.ToString(), error.Message, field, error),
        };
    }

    /// <summary>The same error with more to its sentence.</summary>
    public CliException WithSuffix(string suffix) => new(ExitCode, Reason, $"{Message.TrimEnd('.')}; {suffix}", Field, this);
}
