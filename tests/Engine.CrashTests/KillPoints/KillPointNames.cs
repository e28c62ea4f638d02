using System.Reflection;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>The points that every run must hit: points.txt beside this file.</summary>
internal static class KillPointNames
{
    /// <summary>Of points that are passed while a database is opened.</summary>
    public const string OpenPrefix = "open.";

    private const string ScriptMark = " script";

    /// <summary>All of them, in ordinal order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Read().Select(line => line.Replace(ScriptMark, "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Those of continuous integration. The others are for the script: few lives pass them, or the same code has passed another of these.</summary>
    public static IReadOnlyList<string> Usual { get; } = [.. All.Except(Read().Where(line => line.EndsWith(ScriptMark, StringComparison.Ordinal)).Select(line => line[..^ScriptMark.Length]))];

    private static string[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("points.txt") ?? throw new InvalidOperationException("points.txt is not built in");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
