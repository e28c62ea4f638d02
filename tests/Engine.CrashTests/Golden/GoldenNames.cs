using System.Text.RegularExpressions;

namespace VectorStore.Engine.CrashTests.Golden;

/// <summary>Names of files with random parts.</summary>
internal static partial class GoldenNames
{
    /// <summary>The name with each random part as a sign.</summary>
    public static string WithoutTokens(string path) => Token().Replace(path, "#");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|(?<=~)[0-9a-f]{16}")]
    private static partial Regex Token();
}
