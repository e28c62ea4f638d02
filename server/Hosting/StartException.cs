namespace VectorStore.Server.Hosting;

/// <summary>Why the server does not start, as a sentence for whoever started it.</summary>
internal sealed class StartException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>A mistake in the options.</summary>
    public static StartException BadOptions(string message) => new(Hosting.ExitCode.BadOptions, message);
}
