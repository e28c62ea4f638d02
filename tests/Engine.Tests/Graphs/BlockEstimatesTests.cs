using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Graphs;
using VectorStore.Engine.Graphs.Kernels;

namespace VectorStore.Engine.Tests.Graphs;

public sealed unsafe class BlockEstimatesTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(192)]
    [InlineData(512)]
    public void Sums_OfAllPaths_AreThoseOfTheDefinition(int positions)
    {
        var random = new Random(positions);
        byte[] signs = new byte[positions / 8 * BlockLayout.GroupSize];
        byte[] tables = new byte[positions / BlockLayout.PositionsPerLookup * BlockLayout.TableEntries];
        for (int round = 0; round < 20; round++)
        {
            random.NextBytes(signs);
            for (int i = 0; i < tables.Length; i++)
                tables[i] = round == 0 ? (byte)BlockLayout.TableMax : (byte)random.Next(BlockLayout.TableMax + 1);

            ushort[] expected = new ushort[BlockLayout.GroupSize];
            for (int neighbour = 0; neighbour < BlockLayout.GroupSize; neighbour++)
            {
                for (int lookup = 0; lookup < positions / 4; lookup++)
                {
                    int bits = signs[(lookup / 2 * BlockLayout.GroupSize) + BlockLayout.ByteOf(neighbour)];
                    expected[neighbour] += tables[(lookup * 16) + (lookup % 2 == 0 ? bits & 15 : bits >> 4)];
                }
            }

            Assert.Equal(expected, Run(&BlockEstimates.SumScalar, signs, tables, positions));
            Assert.Equal(expected, Run(&BlockEstimates.Sum128, signs, tables, positions));
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(192)]
    [InlineData(512)]
    public void Closer_OfAllPaths_NamesTheSameNeighbours(int positions)
    {
        if (!Avx2.IsSupported)
            return;

        var random = new Random(positions);
        var layout = new BlockLayout(BlockLayout.GroupSize, positions);
        byte[] block = new byte[layout.BlockBytes];
        byte[] tables = new byte[layout.TableBytes];
        ushort* sums = stackalloc ushort[BlockLayout.GroupSize];
        int named = 0;
        fixed (byte* group = block, table = tables)
        {
            for (int round = 0; round < 100; round++)
            {
                random.NextBytes(block);
                for (int i = 0; i < tables.Length; i++)
                    tables[i] = (byte)random.Next(BlockLayout.TableMax + 1);
                for (int neighbour = 0; neighbour < BlockLayout.GroupSize; neighbour++)
                {
                    ((float*)group)[neighbour] = neighbour % 9 == 8 ? float.PositiveInfinity : random.NextSingle() * 100;
                    ((float*)(group + BlockLayout.FactorOffset))[neighbour] = random.NextSingle();
                }

                var query = new BlockQuery(0.5f, 0.02f, 0, 1, 0);
                float bound = round == 0 ? float.PositiveInfinity : 20 + (random.NextSingle() * 30);
                BlockEstimates.SumScalar(group + BlockLayout.SignOffset, table, positions, sums);
                uint expected = BlockEstimates.CloserScalar(group, sums, query, -1.5f, 7, bound);
                Assert.Equal(expected, BlockEstimates.Closer256(group, table, positions, query, -1.5f, 7, bound));
                Assert.Equal(0u, expected & ((1u << 8) | (1u << 17) | (1u << 26)));
                named += System.Numerics.BitOperations.PopCount(expected);
            }
        }

        // Neither all nor none, or this tells nothing.
        Assert.InRange(named, 300, 2_700);
    }

    [Fact]
    public void Differences_OfBothPaths_AreTheSame()
    {
        if (!Avx2.IsSupported)
            return;

        var random = new Random(5);
        byte* row = stackalloc byte[512];
        byte* centre = stackalloc byte[512];
        ushort* slow = stackalloc ushort[32];
        ushort* fast = stackalloc ushort[32];
        foreach (int positions in new[] { 64, 192, 512 })
        {
            new Span<byte>(row, positions).Clear();
            new Span<byte>(centre, positions).Clear();
            for (int round = 0; round < 50; round++)
            {
                random.NextBytes(new Span<byte>(row, positions - 7));
                random.NextBytes(new Span<byte>(centre, positions - 7));
                Assert.Equal(BlockEncoder.Compare(row, centre, positions, slow), BlockEncoder.CompareFast(row, centre, positions, fast));
                Assert.Equal(new Span<ushort>(slow, positions / 16).ToArray(), new Span<ushort>(fast, positions / 16).ToArray());
            }
        }
    }

    private static ushort[] Run(delegate*<byte*, byte*, int, ushort*, void> path, byte[] signs, byte[] tables, int positions)
    {
        ushort[] sums = new ushort[BlockLayout.GroupSize];
        fixed (byte* signsStart = signs, tablesStart = tables)
        fixed (ushort* sumsStart = sums)
            path(signsStart, tablesStart, positions, sumsStart);

        return sums;
    }
}
