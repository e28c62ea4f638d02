using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Tests.Segments;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Tests.Hnsw;

public sealed class HnswGraphTests
{
    private const string Path = "/graph";
    private const int M = 4;

    // Header, levels, four bottom lists, one upper list.
    private const string DocumentedBody =
        "020000000400000003000000020000000100000001000000" + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "01020001" + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "02000000040000000000000000000000"
        + "01000000040000000000000000000000"
        + "00000000000000000000000000000000"
        + "02000000010000000000000000000000"
        + "0000000000000000";

    [Fact]
    public void TrySearch_OfAnEmptyGraph_FindsNothingAndAsksForAScan()
    {
        using var rows = Fill(dimension: 3, count: 10);
        using var graph = new HnswGraph(M, 20, 10);
        using var scratch = graph.CreateScratch();
        var space = new RowSpace<SquaredEuclidean>(rows.Memory, rows.StrideBytes, 3);
        Assert.False(graph.TrySearch(space.ScorerFor(new PointOffset(0)), default(AcceptAll), 10, new ScoredOffset[1], out int found, scratch));
        Assert.Equal(0, found);
    }

    [Fact]
    public void Insert_OfManyPoints_LeavesEachReachableAndEveryListLegal()
    {
        foreach (int m in new[] { 4, 16 })
        {
            const int Count = 2_000;
            using var rows = Fill(dimension: 6, Count);
            using var graph = Build(rows, m, efConstruction: 60);
            using var scratch = graph.CreateScratch();
            var space = new RowSpace<SquaredEuclidean>(rows.Memory, rows.StrideBytes, rows.Dimension);
            var results = new ScoredOffset[1];
            int missed = 0;
            for (uint i = 0; i < Count; i++)
            {
                graph.TrySearch(space.ScorerFor(new PointOffset(i)), default(AcceptAll), 60, results, out int found, scratch);
                missed += found == 1 && results[0].Distance == 0 ? 0 : 1;
            }

            Assert.True(missed <= 2, $"M = {m}: {missed} of {Count} points do not find themselves");

            // Loading checks every link.
            var fileSystem = new SimulatedFileSystem();
            Save(fileSystem, graph, Count);
            using var reader = Open(fileSystem);
            using var loaded = HnswGraph.Load(m, 60, Count, reader);
            Assert.Equal(graph.Room, loaded.Room);
        }
    }

    [Fact]
    public void Insert_OfAPointAgain_ChangesNoAnswer()
    {
        const int Count = 500;
        using var rows = Fill(dimension: 4, Count);
        using var graph = Build(rows, M, 40);
        using var scratch = graph.CreateScratch();
        var space = new RowSpace<SquaredEuclidean>(rows.Memory, rows.StrideBytes, rows.Dimension);
        for (uint i = 0; i < Count; i += 10)
            graph.Insert<RowSpace<SquaredEuclidean>, RowScorer<SquaredEuclidean>>(space, new PointOffset(i), scratch);

        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, graph, Count);
        using var reader = Open(fileSystem);
        using var loaded = HnswGraph.Load(M, 40, Count, reader);
        var results = new ScoredOffset[1];
        for (uint i = 0; i < Count; i++)
        {
            Assert.True(loaded.TrySearch(space.ScorerFor(new PointOffset(i)), default(AcceptAll), 40, results, out _, scratch));
            Assert.Equal(0, results[0].Distance);
        }
    }

    /// <summary>The bytes of docs/format/segment-graph.md.</summary>
    [Fact]
    public void Save_OfTheDocumentedExample_WritesTheDocumentedBytes()
    {
        using var rows = new VectorRows(1, 4);
        rows.Append(new PointOffset(0), [0]);
        rows.Append(new PointOffset(1), [1]);
        rows.AppendMissing(new PointOffset(2));
        rows.Append(new PointOffset(3), [5]);
        using var graph = Build(rows, 2, 10);
        var fileSystem = new SimulatedFileSystem();
        Save(fileSystem, graph, 4);
        Assert.Equal(DocumentedBody, Convert.ToHexStringLower(ReadBody(fileSystem)));
    }

    /// <summary>Each field of a graph is set to values it cannot have. The checksums are right, so it is the reader who must notice.</summary>
    [Fact]
    public void Load_OfBytesThatNoGraphCanHave_IsReportedAsDamage()
    {
        const uint Count = 40;
        var fileSystem = new SimulatedFileSystem();
        using var rows = Fill(dimension: 2, (int)Count);
        using (var graph = Build(rows, M, 20))
            Save(fileSystem, graph, Count);

        byte[] body = ReadBody(fileSystem);
        int levels = HnswGraphHeader.Bytes;
        int bottom = levels + 64;
        void Refuses(int position, params byte[] values)
        {
            byte[] damaged = [.. body];
            values.CopyTo(damaged, position);
            Rewrite(fileSystem, damaged);
            var error = Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, Count));
            Assert.Equal(Path, error.File);
        }

        Refuses(0, M + 1);
        Refuses(4, (byte)Count + 1);
        Refuses(8, (byte)Count + 1);
        Refuses(8, (byte)Count - 1);
        Refuses(12, 0, 0, 0, 0);
        Refuses(12, (byte)Count + 1);
        Refuses(12, 0xFF, 0xFF, 0xFF, 0xFF);
        Refuses(16, 0xFF, 0xFF, 0xFF, 0xFF);
        Refuses(16, 16);
        Refuses(16, (byte)(body[16] + 1));
        Refuses(20, (byte)(body[20] + 1));
        Refuses(20, 0xFF, 0xFF, 0xFF, 0xFF);
        Refuses(24, 1);
        Refuses(63, 1);
        Refuses(levels, 17);
        Refuses(levels, 0);
        Refuses(levels + (int)Count, 1);
        Refuses(bottom, 1, 0, 0, 0);
        Refuses(bottom, (byte)Count + 1, 0, 0, 0);
        Refuses(bottom, 0xFF, 0xFF, 0xFF, 0xFF);

        // A gap in a list.
        Refuses(bottom, 0, 0, 0, 0);

        // An upper list that leads to a point of the bottom layer.
        uint low = (uint)Array.IndexOf(body, (byte)1, levels) - (uint)levels;
        Refuses(body.Length - (M * sizeof(uint)), (byte)(low + 1), 0, 0, 0);

        foreach (int length in new[] { 0, 63, 64, body.Length - 4, body.Length + 4 })
        {
            byte[] other = body;
            Array.Resize(ref other, length);
            Rewrite(fileSystem, other);
            Assert.Throws<CorruptDataException>(() => LoadAndDispose(fileSystem, Count));
        }
    }

    /// <summary>Whatever a single byte is changed to, the graph is refused or can be searched without harm.</summary>
    [Fact]
    public void Load_OfAnyDamagedByte_IsRefusedOrHarmless()
    {
        const uint Count = 60;
        var fileSystem = new SimulatedFileSystem();
        using var rows = Fill(dimension: 2, (int)Count);
        using (var graph = Build(rows, M, 20))
            Save(fileSystem, graph, Count);

        byte[] body = ReadBody(fileSystem);
        var random = new Random(41);
        var space = new RowSpace<SquaredEuclidean>(rows.Memory, rows.StrideBytes, rows.Dimension);
        int refused = 0;
        for (int round = 0; round < 3_000; round++)
        {
            byte[] damaged = [.. body];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            Rewrite(fileSystem, damaged);
            try
            {
                using var reader = Open(fileSystem);
                using var loaded = HnswGraph.Load(M, 20, Count, reader);
                using var scratch = loaded.CreateScratch();
                loaded.TrySearch(space.ScorerFor(new PointOffset(3)), default(AcceptAll), 20, new ScoredOffset[10], out int found, scratch);
                Assert.InRange(found, 0, 10);
            }
            catch (CorruptDataException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1_000, $"only {refused} of 3000 were refused");
    }

    private static VectorRows Fill(int dimension, int count)
    {
        var rows = new VectorRows(dimension, count);
        foreach (float[] vector in TestVectors.Clustered(count, dimension, seed: 40))
            rows.Append(new PointOffset(rows.Count), vector);
        return rows;
    }

    private static HnswGraph Build(VectorRows rows, int m, int efConstruction)
    {
        var graph = new HnswGraph(m, efConstruction, rows.Count);
        graph.EnsureRoom(rows.Count);
        using var scratch = graph.CreateScratch();
        var space = new RowSpace<SquaredEuclidean>(rows.Memory, rows.StrideBytes, rows.Dimension);
        for (uint i = 0; i < rows.Count; i++)
        {
            if (rows.HasVector(new PointOffset(i)))
                graph.Insert<RowSpace<SquaredEuclidean>, RowScorer<SquaredEuclidean>>(space, new PointOffset(i), scratch);
        }

        return graph;
    }

    private static void Save(SimulatedFileSystem fileSystem, HnswGraph graph, uint count)
    {
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentGraph, HnswGraphHeader.Version);
        graph.Save(writer, count);
        writer.Complete();
    }

    private static BlockFileReader Open(SimulatedFileSystem fileSystem) => BlockFileReader.Open(fileSystem, Path, BlockFileKind.SegmentGraph, HnswGraphHeader.Version);

    private static byte[] ReadBody(SimulatedFileSystem fileSystem)
    {
        using var reader = Open(fileSystem);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        return body;
    }

    private static void Rewrite(SimulatedFileSystem fileSystem, byte[] body)
    {
        fileSystem.DeleteFile(Path);
        using var writer = new BlockFileWriter(fileSystem, Path, BlockFileKind.SegmentGraph, HnswGraphHeader.Version);
        writer.Write(body);
        writer.Complete();
    }

    private static void LoadAndDispose(SimulatedFileSystem fileSystem, uint count)
    {
        using var reader = Open(fileSystem);
        HnswGraph.Load(M, 20, count, reader).Dispose();
    }
}
