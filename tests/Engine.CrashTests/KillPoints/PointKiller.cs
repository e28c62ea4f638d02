using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using VectorStore.Engine.CrashTests.Workloads;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Kills the process that it is in (SIGKILL) at one passing of one point, and tells before, line by line, how far the life has come.</summary>
/// <remarks>Lines: <c>changed</c> for each change of what is known, <c>log IDENTITY</c> for each log that is asked for, and <c>dies</c>.</remarks>
internal sealed partial class PointKiller(string point, int passing, Stream output) : IKillPointWatch, ILifeListener
{
    public const string ChangedLine = "changed";
    public const string LogPrefix = "log ";
    public const string DiesLine = "dies";

    private const int KillSignal = 9;

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private int _passed;
    private volatile string _prefix = "";

    public bool Strikes(string passed)
    {
        if (!point.EndsWith(passed, StringComparison.Ordinal) || _prefix + passed != point)
            return false;

        lock (_lock)
            return ++_passed == passing;
    }

    public void Die()
    {
        Say(DiesLine);
        _ = SendSignal(Environment.ProcessId, KillSignal);
        throw new UnreachableException("a process outlives SIGKILL");
    }

    public void Opening() => _prefix = KillPointNames.OpenPrefix;

    public void Opened() => _prefix = "";

    public void Changed() => Say(ChangedLine);

    public Guid Log(Guid own)
    {
        Say($"{LogPrefix}{own:n}");
        return own;
    }

    // One call, so that a line is whole or not there. A pipe has what was written to it, whatever becomes of the writer.
    private void Say(string line)
    {
        lock (output)
            output.Write(Encoding.ASCII.GetBytes($"{line}\n"));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
