using System.Globalization;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>How often the suites on real processes try, where the usual number is not enough: as many as one likes by hand.</summary>
internal static class Rounds
{
    /// <summary>Rounds of each test that kills processes; usually 10, for all the points at which a process can be killed have tests of their own.</summary>
    public const string KillsVariable = "VECTORSTORE_KILLS";

    public static int Kills => Read(KillsVariable, 10);

    public static int Read(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : usual;
}
