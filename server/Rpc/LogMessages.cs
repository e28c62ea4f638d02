namespace VectorStore.Server.Rpc;

/// <summary>What this layer logs. What callers do is worth a line for whoever looks for it, no more.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "{Method} failed ({Id})")]
    public static partial void HandlerFailed(this ILogger logger, string method, string id, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "{Method} was cancelled")]
    public static partial void CallCancelled(this ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "{Method}: the caller was gone before the status")]
    public static partial void CallerGone(this ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Count} calls were still running {Seconds} s after the server began to stop; they were ended")]
    public static partial void CallsCutOff(this ILogger logger, int count, double seconds);
}
