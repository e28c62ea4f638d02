using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>The neighbours of a point that may be close enough, by what its block says of them.</summary>
internal readonly unsafe struct BlockHops(byte* blocks, float* norms, byte* tables, BlockLayout layout, BlockQuery query) : IHopSource
{
    private const int LineBytes = 64;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public int Collect(uint point, float distance, float bound, byte* marks, byte epoch, uint* fresh)
    {
        // SAFETY: there is a block and a norm for each point; every link is below the number of marks, which building and loading see to; fresh has room for all neighbours.
        byte* group = blocks + ((long)point * layout.BlockBytes);
        float offset = query.OffsetAt(distance, norms[point]);
        int groups = layout.Groups;
        int count = 0;
        for (int i = 0; i < groups; i++, group += layout.GroupBytes)
        {
            uint* links = (uint*)(group + BlockLayout.LinkOffset);
            for (uint closer = BlockEstimates.Closer(group, tables, layout.Positions, query, offset, distance, bound); closer != 0; closer &= closer - 1)
            {
                uint link = links[BitOperations.TrailingZeroCount(closer)];
                byte* mark = marks + link;
                fresh[count] = link;
                count += *mark != epoch ? 1 : 0;
                *mark = epoch;
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint point)
    {
        if (!Sse.IsSupported)
            return;

        byte* block = blocks + ((long)point * layout.BlockBytes);
        for (int line = 0; line < layout.BlockBytes; line += LineBytes)
            Sse.Prefetch0(block + line);

        Sse.Prefetch0(norms + point);
    }
}
