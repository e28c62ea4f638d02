using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>All neighbours of a point, by the graph's links alone.</summary>
internal readonly unsafe struct LinkHops(uint* links, int degree) : IHopSource
{
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Collect(uint point, float distance, float bound, byte* marks, byte epoch, uint* fresh) =>
        CollectUnseen(links + ((long)point * degree), degree, marks, epoch, fresh);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint point)
    {
        if (!Sse.IsSupported)
            return;

        byte* list = (byte*)(links + ((long)point * degree));
        for (int line = 0; line < degree * sizeof(uint); line += LineBytes)
            Sse.Prefetch0(list + line);
    }

    /// <summary>A list that is not full ends in the point's own number, which is marked, so the end needs no test. Without a branch, since half of the links are new.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int CollectUnseen(uint* list, int degree, byte* marks, byte epoch, uint* fresh)
    {
        // SAFETY: every link is below the number of marks, which building and loading see to; fresh has room for a whole list.
        int count = 0;
        for (uint* end = list + degree; list < end; list++)
        {
            uint link = *list;
            byte* mark = marks + link;
            fresh[count] = link;
            count += *mark != epoch ? 1 : 0;
            *mark = epoch;
        }

        return count;
    }
}
