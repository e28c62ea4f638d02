using System.Text.Json;

namespace VectorStore.Cli.Tests.Support;

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, which must be one JSON value and nothing else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The error object of standard error.</summary>
    public JsonElement ErrorJson => JsonDocument.Parse(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement.GetProperty("error");
}
