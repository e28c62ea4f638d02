namespace VectorStore.Engine.Hnsw;

/// <summary>Spin locks for the lists of the graph: one of a few hundred for each point, each on its own cache line.</summary>
/// <remarks>A thread holds one at a time, for microseconds, so there is no deadlock and no need to sleep.</remarks>
internal sealed class LinkLocks
{
    private const int Stripes = 512;
    private const int IntsPerLine = 16;

    private readonly int[] _taken = new int[Stripes * IntsPerLine];

    public void Enter(uint point)
    {
        ref int taken = ref _taken[Slot(point)];
        var spinner = default(SpinWait);
        while (Interlocked.CompareExchange(ref taken, 1, 0) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    public void Exit(uint point) => Volatile.Write(ref _taken[Slot(point)], 0);

    private static int Slot(uint point) => (int)(point % Stripes) * IntsPerLine;
}
