namespace VectorStore.Benchmarks.Memory;

/// <summary>Watches the managed heap while something runs, and asks the kernel for the resident memory of the process.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer _timer;
    private long _managedMax;

    public MemoryWatch() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

    /// <summary>The largest managed heap seen, garbage included, in bytes.</summary>
    public long ManagedMax => Volatile.Read(ref _managedMax);

    /// <summary>Resident bytes now.</summary>
    public static long Resident => ReadStatus("VmRSS:");

    /// <summary>The most resident bytes there have been.</summary>
    public static long ResidentMax => ReadStatus("VmHWM:");

    public void Dispose() => _timer.Dispose();

    private static long ReadStatus(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim().ToString().Split(' ')[0]) * 1024;
    }

    private void Look()
    {
        long now = GC.GetTotalMemory(forceFullCollection: false);
        if (now > Volatile.Read(ref _managedMax))
            Volatile.Write(ref _managedMax, now);
    }
}
