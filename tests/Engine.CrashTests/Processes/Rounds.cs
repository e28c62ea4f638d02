using System.Globalization;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>How often the suites on real processes try, where the usual number is not enough: as many as one likes by hand.</summary>
internal static class Rounds
{
    /// <summary>Rounds of each test that kills processes; usually 20.</summary>
    public const string KillsVariable = "VECTORSTORE_KILLS";

    public static int Kills => Read(KillsVariable, 20);

    public static int Read(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : usual;
}
