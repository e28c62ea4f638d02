namespace VectorStore.Benchmarks.Search.Sweeping;

/// <summary>What the kernel says of this process's memory.</summary>
internal static class ResidentMemory
{
    private const string Field = "RssAnon:";

    /// <summary>Resident bytes that are no file's; 0 where the kernel does not say.</summary>
    public static long AnonymousBytes()
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(text => text.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.AsSpan(Field.Length).Trim().ToString().Split(' ')[0]) * 1024;
    }
}
