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

    public override string ToString() =>
        $"{At.TotalSeconds,6:0} s  memory {MemoryBytes / Mebi} MiB, {Threads} threads, {OpenFiles} open files, disk {DiskBytes / Mebi} MiB";

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
            catch (IOException)
            {
                // Merged away.
            }
        }

        return bytes;
    }
}
