using VectorStore.Datasets;
using VectorStore.Engine;

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
        DatasetFormatException format => new(Cli.ExitCode.BadInput, "InvalidFile", format.Message, null, format),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
            new(Cli.ExitCode.BadInput, "FileUnreadable", exception.Message, null, exception),
        IOException => new(Cli.ExitCode.StorageFailed, "InputOutput", exception.Message, null, exception),
        OperationCanceledException => new(Cli.ExitCode.Cancelled, "Cancelled", "cancelled", null, exception),
        AggregateException { InnerExceptions: [var only] } => From(only),
        _ => new(Cli.ExitCode.InternalError, "Internal", $"this is a fault of the program, please report it: {exception.GetType().Name}: {exception.Message}", null, exception),
    };

    /// <summary>The same error with more to its sentence.</summary>
    public CliException WithSuffix(string suffix) => new(ExitCode, Reason, $"{Message.TrimEnd('.')}; {suffix}", Field, this);
}
