using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Makes hop sources from the memory of graphs and blocks.</summary>
internal static unsafe class BlockWalking
{
    // SAFETY, of both: only addresses are taken; the graph's owner keeps the memory during a search.
    public static BlockHops HopsOf(NativeArena blocks, NativeArena norms, NativeArena tables, BlockLayout layout, BlockQuery query) =>
        new(blocks.Start, (float*)norms.Start, tables.Start, layout, query);

    public static LinkHops HopsOf(NativeArena links, int degree) => new((uint*)links.Start, degree);
}
