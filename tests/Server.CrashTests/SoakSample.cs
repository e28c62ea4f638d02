using System.Globalization;

namespace VectorStore.Server.CrashTests;

/// <summary>What a process takes at one moment.</summary>
/// <param name="At">Since the load began.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Threads">All of the process.</param>
/// <param name="OpenFiles">Descriptors, sockets included.</param>
/// <param name="DiskBytes">Lengths of all files of the data directory.</param>
internal sealed record SoakSample(TimeSpan At, long MemoryBytes, long Threads, long OpenFiles, long DiskBytes)
{
    private const long Mebi = 1 << 20;

    /// <summary>Asks Linux.</summary>
    public static SoakSample Take(int process, string directory, TimeSpan at)
    {
        string[] status = File.ReadAllLines($"/proc/{process}/status");
        return new SoakSample(at, Number("VmRSS:") * 1024, Number("Threads:"), Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, DirectoryBytes(directory));

        long Number(string name) =>
            long.Parse(status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>What is larger in the last third than in the middle one, by more than the garbage collector, the thread pool and merging explain; the first third warms up.</summary>
    public static List<string> FindGrowth(IReadOnlyList<SoakSample> samples)
    {
        var growth = new List<string>();
        Judge("memory", sample => sample.MemoryBytes, factor: 1.1, slack: 32 * Mebi);
        Judge("threads", sample => sample.Threads, factor: 1, slack: 6);
        Judge("open files", sample => sample.OpenFiles, factor: 1, slack: 12);
        Judge("disk", sample => sample.DiskBytes, factor: 1.25, slack: 96 * Mebi);
        return growth;

        void Judge(string what, Func<SoakSample, long> value, double factor, long slack)
        {
            long before = Median(samples.Skip(samples.Count / 3).Take(samples.Count / 3).Select(value));
            long after = Median(samples.Skip(samples.Count * 2 / 3).Select(value));
            if (after > (before * factor) + slack)
                growth.Add($"{what} grew from {before} to {after} between the middle third and the last");
        }
    }

    public override string ToString() =>
        $"{At.TotalSeconds,6:0} s  memory {MemoryBytes / Mebi} MiB, {Threads} threads, {OpenFiles} open files, disk {DiskBytes / Mebi} MiB";

    private static long Median(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }

    /// <summary>Files come and go meanwhile.</summary>
    private static long DirectoryBytes(string directory)
    {
        long bytes = 0;
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", options))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Merged away.
            }
        }

        return bytes;
    }
}
