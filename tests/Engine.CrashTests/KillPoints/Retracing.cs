using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Lives a life that was killed once more, on a simulated disk, up to the last change that the killed process told: then it knows what that one knew.</summary>
internal sealed class Retracing : ILifeListener
{
    private readonly SimulatedFileSystem _disk;
    private readonly Queue<Guid> _logs;
    private int _changesLeft;

    private Retracing(SimulatedFileSystem disk, IReadOnlyCollection<string> lines)
    {
        _disk = disk;
        _logs = new(lines.Where(line => line.StartsWith(PointKiller.LogPrefix, StringComparison.Ordinal)).Select(line => Guid.Parse(line.AsSpan(PointKiller.LogPrefix.Length))));
        _changesLeft = lines.Count(line => line == PointKiller.ChangedLine);
    }

    /// <summary>The life as the killed process knew it.</summary>
    /// <param name="seed">Of the life.</param>
    /// <param name="steps">As many as it had at most.</param>
    /// <param name="lines">What the process said.</param>
    public static async Task<LifeWorkload> RunAsync(int seed, int steps, IReadOnlyCollection<string> lines)
    {
        var life = new LifeWorkload(seed);
        var disk = new SimulatedFileSystem(seed);
        var listener = new Retracing(disk, lines);
        if (listener._changesLeft > 0)
        {
            life.Listener = listener;
            Assert.True(await life.RunAsync(disk, steps) && listener._changesLeft == 0, "the killed process went another way than its seed says");
            life.Listener = null;
        }

        return life;
    }

    public void Opening()
    {
        // Changes nothing that is known.
    }

    public void Opened()
    {
        // Changes nothing that is known.
    }

    public void Changed()
    {
        if (--_changesLeft > 0)
            return;

        _disk.KillProcess();
        throw new SimulatedCrashException();
    }

    public Guid Log(Guid own) => _logs.Dequeue();
}
