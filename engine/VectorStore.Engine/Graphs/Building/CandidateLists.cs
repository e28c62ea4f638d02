using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>For each row the nearest candidates anybody has proposed so far, sorted.</summary>
/// <remarks>Any number of threads propose. What is kept does not depend on the order of the proposals: keys are total, and the smallest stay.</remarks>
internal sealed class CandidateLists : IDisposable
{
    private readonly int _max;
    private readonly NativeArena _keys;
    private readonly NativeArena _counts;
    private readonly LinkLocks _locks = new();

    public CandidateLists(uint rows, int max)
    {
        _max = max;
        _keys = new NativeArena((long)rows * max * sizeof(ulong));
        _keys.EnsureCommitted((long)rows * max * sizeof(ulong));
        _counts = new NativeArena((long)rows * sizeof(int));
        _counts.EnsureCommitted((long)rows * sizeof(int));
    }

    /// <summary>Distance and row as one number that sorts nearest first.</summary>
    public static ulong KeyOf(uint row, int distance) => ((ulong)(uint)distance << 32) | row;

    public static uint RowOf(ulong key) => (uint)key;

    public static int DistanceOf(ulong key) => (int)(key >> 32);

    /// <summary>The candidates of a row, nearest first. While nobody proposes.</summary>
    public ReadOnlySpan<ulong> Of(uint row) => _keys.Slice<ulong>((long)row * _max * sizeof(ulong), _counts.At<int>(row));

    public void Propose(uint row, ulong key)
    {
        _locks.Enter(row);
        try
        {
            ref int count = ref _counts.At<int>(row);
            var keys = _keys.Slice<ulong>((long)row * _max * sizeof(ulong), _max);
            if (count == _max && key >= keys[^1])
                return;

            int position = keys[..count].BinarySearch(key);
            if (position >= 0)
                return;

            position = ~position;
            count = Math.Min(count + 1, _max);
            keys[position..(count - 1)].CopyTo(keys[(position + 1)..]);
            keys[position] = key;
        }
        finally
        {
            _locks.Exit(row);
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        _counts.Dispose();
    }
}
