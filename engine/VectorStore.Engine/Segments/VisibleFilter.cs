using System.Runtime.CompilerServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Accepts the rows that are alive at one log position.</summary>
internal readonly struct VisibleFilter(NativeArena deleted, ulong lsn) : IPointFilter
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Accepts(PointOffset offset)
    {
        ulong deletedAt = Volatile.Read(ref deleted.At<ulong>(offset.Value));
        return deletedAt == 0 || deletedAt > lsn;
    }
}
