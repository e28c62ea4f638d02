using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Faults;

/// <summary>One call of one life, or of the recovery of a process that was killed in it, fails in one way.</summary>
/// <param name="Seed">Of the life.</param>
/// <param name="KilledAt">The mutating call in which the process was killed, where it is the next one's calls that fail; null where it is the first one's.</param>
/// <param name="Number">Which call, counted over all calls on the disk, reads and opens among them.</param>
/// <param name="CallKind">What that call is.</param>
/// <param name="Kind">How it fails.</param>
internal sealed record FaultCase(int Seed, int? KilledAt, int Number, FileCallKind CallKind, FaultKind Kind)
{
    // Deaths of the process from which recovery is swept.
    private const int Deaths = 4;

    /// <summary>All cases of one life: every call of it and of some recoveries from it, in every way it can fail.</summary>
    public static async Task<IReadOnlyList<FaultCase>> OfLifeAsync(int seed)
    {
        var disk = new SimulatedFileSystem(seed) { RecordsTrace = true };
        await new LifeWorkload(seed).RunAsync(disk, TroubledLife.Steps);
        var cases = new List<FaultCase>(OfTrace(seed, killedAt: null, disk.Trace));
        for (int death = 1; death <= Deaths; death++)
        {
            int killedAt = disk.MutatingCalls * death / (Deaths + 1);
            var workload = new LifeWorkload(seed);
            var second = await TroubledLife.BeginAsync(workload, seed, killedAt);
            second.RecordsTrace = true;
            await workload.RunWithFaultsAsync(second, TroubledLife.StepsAfter);
            cases.AddRange(OfTrace(seed, killedAt, second.Trace));
        }

        return cases;
    }

    /// <summary>All cases of some lives, in an order that is always the same and has no order.</summary>
    public static async Task<IReadOnlyList<FaultCase>> ShuffledAsync(IEnumerable<int> lives)
    {
        var cases = new List<FaultCase>();
        foreach (int life in lives)
            cases.AddRange(await OfLifeAsync(life));

        var shuffled = cases.ToArray();
        new Random(1).Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>Throws where a promise was broken: what is read while the disk fails, what the next process finds, and what is left when the machine loses its power.</summary>
    public async Task RunAsync(Func<ITestDisk, IFileSystem>? seam = null)
    {
        var workload = new LifeWorkload(Seed) { Seam = seam ?? (disk => disk) };
        var disk = await TroubledLife.BeginAsync(workload, Seed, KilledAt);
        int calls = 0;
        disk.FailWhen(Strikes, Kind.Errno, Kind.Mode);
        await workload.RunWithFaultsAsync(disk, TroubledLife.StepsOf(KilledAt));
        disk.ClearFaults();

        await TroubledLife.CheckAfterwardsAsync(workload, disk, Number);

        bool Strikes(FileCall call) => ++calls >= Number && (calls == Number || (Kind.SameKindOnly ? call.Kind == CallKind : Kind.Calls(call.Kind)));
    }

    public override string ToString() => $"life {Seed}{(KilledAt is { } killedAt ? $", killed at {killedAt}, then" : ",")} call {Number} ({CallKind}): {Kind}";

    private static IEnumerable<FaultCase> OfTrace(int seed, int? killedAt, IReadOnlyList<FileCall> trace) =>
        from number in Enumerable.Range(1, trace.Count)
        from kind in FaultKind.All
        where kind.Calls(trace[number - 1].Kind)
        select new FaultCase(seed, killedAt, number, trace[number - 1].Kind, kind);
}
