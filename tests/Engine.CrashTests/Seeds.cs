using System.Globalization;

namespace VectorStore.Engine.CrashTests;

/// <summary>How many seeds a suite runs: few while developing, 2,000 in continuous integration, as many as one likes by hand.</summary>
internal static class Seeds
{
    public const string CountVariable = "VECTORSTORE_SEEDS";
    public const string FirstVariable = "VECTORSTORE_FIRST_SEED";

    public static int Count(int usual) => Read(CountVariable, usual);

    /// <summary>To repeat one failing seed: set this to it, and the count to 1.</summary>
    public static int First => Read(FirstVariable, 1);

    private static int Read(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : usual;
}
