using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class SegmentOrderTests
{
    private const string Path = "/order";

    /// <summary>Freezes the bytes of docs/format/segment-order.md: a failure means that existing files would be read differently.</summary>
    [Fact]
    public void Save_OfTheDocumentedExample_WritesTheDocumentedBytes()
    {
        var disk = new SimulatedFileSystem();
        Save(disk, 5, [3, 0, 4, 1]);
        using var reader = BlockFileReader.Open(disk, Path, BlockFileKind.SegmentOrder, 1);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        Assert.Equal("0500000004000000" + new string('0', 112) + "03000000000000000400000001000000", Convert.ToHexString(body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_GivesBackWhatWasSaved(bool isMapped)
    {
        var disk = new SimulatedFileSystem();
        Save(disk, 5, [3, 0, 4, 1]);
        using var order = Load(disk, isMapped);
        Assert.Equal([3u, 0, 4, 1], order.Slice<uint>(0, 4).ToArray());
    }

    [Theory]
    [InlineData(5u, new uint[] { 3, 0, 4, 4 })]
    [InlineData(5u, new uint[] { 3, 0, 4, 2 })]
    [InlineData(5u, new uint[] { 3, 0, 4, 5 })]
    [InlineData(5u, new uint[] { 3, 0, 4 })]
    [InlineData(6u, new uint[] { 3, 0, 4, 1 })]
    public void Load_OfWhatCannotBe_IsReportedAsDamage(uint rows, uint[] order)
    {
        var disk = new SimulatedFileSystem();
        Save(disk, rows, order);
        Assert.Equal(Path, Assert.Throws<CorruptDataException>(() => Load(disk, isMapped: false).Dispose()).File);
    }

    private static void Save(SimulatedFileSystem disk, uint rows, uint[] order)
    {
        using var arena = new NativeArena(order.Length * sizeof(uint));
        arena.EnsureCommitted(order.Length * sizeof(uint));
        order.CopyTo(arena.Slice<uint>(0, order.Length));
        using var writer = new BlockFileWriter(disk, Path, BlockFileKind.SegmentOrder, 1);
        SegmentOrder.Save(arena, rows, (uint)order.Length, writer);
        writer.Complete();
    }

    /// <summary>For five rows, of which row 2 has no vector.</summary>
    private static NativeArena Load(SimulatedFileSystem disk, bool isMapped)
    {
        using var vectors = new VectorRows(1, 5);
        for (uint row = 0; row < 5; row++)
        {
            if (row == 2)
                vectors.AppendMissing(new PointOffset(row));
            else
                vectors.Append(new PointOffset(row), [row]);
        }

        using var reader = BlockFileReader.Open(disk, Path, BlockFileKind.SegmentOrder, 1, isMapped: isMapped);
        return SegmentOrder.Load(vectors, reader);
    }
}
