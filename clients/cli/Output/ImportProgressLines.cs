using VectorStore.Cli.Importing;

namespace VectorStore.Cli.Output;

/// <summary>Progress where there is no terminal: a line every few seconds on standard error.</summary>
internal sealed class ImportProgressLines(TextWriter error, TimeProvider time, long? total) : IImportObserver
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();

    // Guarded by _lock.
    private long _lastLine = time.GetTimestamp();

    public void Acknowledged(ImportBatch batch, long total) => Tell(() => Describe(total));

    public void WaitingForIndex(long rows) => Tell(() => $"indexing: {rows:n0} points wait");

    private string Describe(long acknowledged)
    {
        double rate = acknowledged / time.GetElapsedTime(_start).TotalSeconds;
        string left = total is { } all && rate > 0 ? $", {Units.Duration((all - acknowledged) / rate)} left" : "";
        return $"import: {acknowledged:n0} points acknowledged, {rate:n0}/s{left}";
    }

    private void Tell(Func<string> line)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_lastLine) < s_interval)
                return;

            _lastLine = time.GetTimestamp();
            error.WriteLine(line());
        }
    }
}
