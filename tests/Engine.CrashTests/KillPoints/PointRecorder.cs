using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Counts how often a life passes each point; at a passing of choice, the process is taken for dead: no call has an effect any more.</summary>
/// <param name="dieAt">Number of the passing among all, from 1; without it, it lives.</param>
/// <param name="die">Told when it is dead.</param>
internal sealed class PointRecorder(int dieAt = int.MaxValue, Action? die = null) : IKillPointWatch, ILifeListener
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<string, (int First, int Count)> _passings = [];
    private bool _isDead;

    /// <summary>How many points were passed before each was for the first time, and how often it was.</summary>
    public IReadOnlyDictionary<string, (int First, int Count)> Passings => _passings;

    /// <summary>How many there were, all together.</summary>
    public int Total { get; private set; }

    private string Prefix { get; set; } = "";

    public bool Strikes(string point)
    {
        lock (_lock)
        {
            if (_isDead)
                return true;

            point = Prefix + point;
            var (first, count) = _passings.GetValueOrDefault(point, (Total, 0));
            _passings[point] = (first, count + 1);
            return _isDead = ++Total == dieAt;
        }
    }

    public void Die()
    {
        Interlocked.Exchange(ref die, null)?.Invoke();
        throw new SimulatedCrashException();
    }

    public void Opening() => Prefix = KillPointNames.OpenPrefix;

    public void Opened() => Prefix = "";

    public void Changed()
    {
        // Nobody listens.
    }

    public Guid Log(Guid own) => own;
}
