namespace VectorStore.Cli.Output;

/// <summary>Numbers for people.</summary>
internal static class Units
{
    private static readonly string[] s_bytes = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(long bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < s_bytes.Length - 1; unit++)
            value /= 1024;

        return unit == 0 ? $"{bytes} B" : $"{value:0.0} {s_bytes[unit]}";
    }

    public static string Duration(double seconds) => seconds switch
    {
        < 1 => $"{seconds * 1000:0} ms",
        < 120 => $"{seconds:0.0} s",
        _ => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
    };
}
