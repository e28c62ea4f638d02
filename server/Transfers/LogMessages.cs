namespace VectorStore.Server.Transfers;

/// <summary>What transfers log.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "{Method} {Path} failed ({Id})")]
    public static partial void TransferFailed(this ILogger logger, string method, PathString path, string id, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "{Method} {Path} was broken off: {Why}")]
    public static partial void TransferBroken(this ILogger logger, string method, PathString path, string why);
}
