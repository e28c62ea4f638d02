using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.PowerLoss;

/// <summary>One thing that is done to a data directory, with the power lost at each call of it, and after it.</summary>
/// <param name="Name">For messages.</param>
/// <param name="PrepareAsync">Makes the data directory, durable.</param>
/// <param name="ActAsync">Does it; tells when it was answered.</param>
/// <param name="CheckAsync">Throws where a promise is broken: what is left, whether it had been answered, and a number that differs from look to look.</param>
internal sealed record PowerLossScene(
    string Name, Func<Task<SimulatedFileSystem>> PrepareAsync, Func<IFileSystem, Action, Task> ActAsync, Func<SimulatedFileSystem, bool, int, Task> CheckAsync)
{
    // What becomes of what was not synced is drawn anew for each; most often once it was answered, when nothing may be lost any more.
    private const int Fates = 2;
    private const int FatesAfter = 16;

    public override string ToString() => Name;

    /// <summary>What is wrong, and where the power went; with a bug, the first of it.</summary>
    public async Task<List<string>> RunAsync(PlantedBug? bug = null)
    {
        var prepared = await PrepareAsync();
        var undisturbed = prepared.Crash(0);
        int before = undisturbed.MutatingCalls;
        await ActAsync(undisturbed, () => { });
        int calls = undisturbed.MutatingCalls - before;
        Assert.InRange(calls, 1, 1_000);
        var wrong = new List<string>();
        for (int call = 1; call <= calls + 1 && (bug is null || wrong.Count == 0); call++)
        {
            var disk = prepared.Crash(0);
            bool isAnswered = false;
            disk.CrashAtCall(disk.MutatingCalls + call);
            try
            {
                await ActAsync(bug?.Plant(disk) ?? disk, () => isAnswered = !disk.HasCrashed);
            }
            catch (Exception) when (disk.HasCrashed)
            {
                // As planned.
            }

            for (int fate = 1; fate <= (call > calls ? FatesAfter : Fates); fate++)
            {
                try
                {
                    await CheckAsync(disk.Crash((call * FatesAfter) + fate), isAnswered, fate);
                }
                catch (Exception problem)
                {
                    wrong.Add($"{Name}, power lost at call {call} of {calls}, fate {fate}: {problem.Message}");
                }
            }
        }

        return wrong;
    }
}
