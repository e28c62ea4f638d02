using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>Progress of verifying on standard error: a line every few seconds, so that a short one says nothing.</summary>
internal sealed class VerifyProgressLines(CliEnvironment environment) : IProgress<VerifyProgress>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private long _last = environment.Time.GetTimestamp();

    public void Report(VerifyProgress value)
    {
        if (environment.Time.GetElapsedTime(_last) < s_interval)
            return;

        _last = environment.Time.GetTimestamp();
        environment.Error.WriteLine($"{value.Collection}: {Units.Bytes(value.BytesRead)} of about {Units.Bytes(value.BytesTotal)}, {value.File}");
    }
}
