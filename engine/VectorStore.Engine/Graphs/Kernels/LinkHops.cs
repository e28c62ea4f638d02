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

    /// <summary>A list that is not full ends in the point's own number, which is marked, so the end needs no test. Without a branch, since half of the links are new; two at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int CollectUnseen(uint* list, int degree, byte* marks, byte epoch, uint* fresh)
    {
        // SAFETY: every link is below the number of marks, which building and loading see to; fresh has room for a whole list.
        int count = 0;
        int i = 0;
        for (; i + 2 <= degree; i += 2)
        {
            // Both marks are read before one is written, so that the second read need not wait for what the first found.
            uint first = list[i];
            uint second = list[i + 1];
            byte firstMark = marks[first];
            byte secondMark = marks[second];
            fresh[count] = first;
            count += firstMark != epoch ? 1 : 0;
            fresh[count] = second;
            count += (secondMark != epoch) & (second != first) ? 1 : 0;
            marks[first] = epoch;
            marks[second] = epoch;
        }

        if (i < degree)
        {
            uint last = list[i];
            fresh[count] = last;
            count += marks[last] != epoch ? 1 : 0;
            marks[last] = epoch;
        }

        return count;
    }
}
