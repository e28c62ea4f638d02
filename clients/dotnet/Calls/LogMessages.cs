using Microsoft.Extensions.Logging;

namespace VectorStore.Client.Calls;

/// <summary>What the client has to say.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Try {Attempt} failed, the next one follows in {DelayMs} ms: {Problem}")]
    public static partial void CallRepeated(ILogger log, int attempt, int delayMs, string problem);
}
