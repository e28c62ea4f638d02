using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Tests.Graphs;

/// <summary>Rows of bytes to build graphs over, with their exact distances.</summary>
internal sealed unsafe class ByteTable : IDisposable
{
    private readonly NativeArena _memory;

    private ByteTable(int codes, uint count, ByteMetric metric)
    {
        StrideBytes = (ByteRows.HeadBytes + codes + 31) / 32 * 32;
        _memory = new NativeArena((long)count * StrideBytes);
        _memory.EnsureCommitted((long)count * StrideBytes);
        Rows = new ByteRows(_memory.Start, StrideBytes, count, metric);
    }

    public ByteRows Rows { get; }

    public int StrideBytes { get; }

    public ByteSpace<ResidualSquaredEuclidean> Space => new(Rows);

    /// <summary>Clusters of codes from 0 to 127, with heads of zero.</summary>
    public static ByteTable Clustered(int codes, uint count, int clusters, int seed, ByteMetric metric = ByteMetric.SquaredEuclidean)
    {
        var random = new Random(seed);
        var table = new ByteTable(codes, count, metric);
        int[][] centres = [.. Enumerable.Range(0, clusters).Select(_ => Enumerable.Range(0, codes).Select(_ => random.Next(20, 108)).ToArray())];
        for (uint row = 0; row < count; row++)
        {
            int[] centre = centres[random.Next(clusters)];
            var target = table.CodesOf(row, codes);
            for (int i = 0; i < codes; i++)
                target[i] = (byte)Math.Clamp(centre[i] + random.Next(-12, 13), 0, 127);
        }

        return table;
    }

    /// <summary>All rows the same but for the last few, which are alone.</summary>
    public static ByteTable Crowd(int codes, uint count, uint alone)
    {
        var random = new Random(9);
        var table = new ByteTable(codes, count, ByteMetric.SquaredEuclidean);
        for (uint row = 0; row < count; row++)
        {
            if (row < count - alone)
                table.CodesOf(row, codes).Fill(40);
            else
                random.NextBytes(table.CodesOf(row, codes));

            foreach (ref byte code in table.CodesOf(row, codes))
                code &= 127;
        }

        return table;
    }

    public void Dispose() => _memory.Dispose();

    private Span<byte> CodesOf(uint row, int codes) => _memory.Slice<byte>(((long)row * StrideBytes) + ByteRows.HeadBytes, codes);
}
