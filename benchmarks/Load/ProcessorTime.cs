using System.Diagnostics;

namespace VectorStore.Benchmarks.Load;

/// <summary>Processor time a process has used, in all its threads.</summary>
internal static class ProcessorTime
{
    public static TimeSpan Of(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
