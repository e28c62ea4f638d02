namespace VectorStore.Cli.Output;

/// <summary>Tells an error on standard error: one sentence, or with <c>--json</c> one object.</summary>
internal static class ErrorReporter
{
    public static void Report(CliException error, bool isJson, CliEnvironment environment)
    {
        if (isJson)
        {
            environment.Error.WriteLine(JsonOutput.ToText(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("error");
                json.WriteString("reason", error.Reason);
                json.WriteString("message", error.Message);
                json.WriteString("field", error.Field);
                json.WriteEndObject();
                json.WriteEndObject();
            }));
            return;
        }

        environment.Error.WriteLine($"error: {error.Message}");

        // Only for our own mistakes is the place in the code of use to anybody.
        if (error.ExitCode == ExitCode.InternalError && error.InnerException is { } cause)
            environment.Error.WriteLine(cause);
    }
}
