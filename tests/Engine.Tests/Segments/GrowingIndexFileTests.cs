using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class GrowingIndexFileTests
{
    private const string VectorsPath = "/vectors";
    private const string GraphPath = "/graph";

    [Fact]
    public void SaveAndLoad_GiveTheSameAnswers()
    {
        foreach (var metric in new[] { Metric.Cosine, Metric.Dot, Metric.Euclidean, Metric.Manhattan })
        {
            var config = Config(20, metric);
            float[]?[] vectors = Clustered(3_000, 20, seed: 51);
            for (int i = 0; i < vectors.Length; i += 11)
                vectors[i] = null;

            using var index = Fill(config, vectors);
            IndexAll(index);
            var fileSystem = new SimulatedFileSystem();
            Assert.True(Save(fileSystem, index));
            using var loaded = Load(fileSystem, config, index.Count, withGraph: true);
            Assert.Equal(index.Count, loaded.IndexedCount);
            foreach (float[] query in Clustered(50, 20, seed: 52).Select(vector => Prepare(vector, config)))
            {
                foreach (int ef in new[] { 10, 100 })
                    Assert.Equal(Search(index, query, default(AcceptAll), 10, ef), Search(loaded, query, default(AcceptAll), 10, ef));
            }
        }
    }

    [Fact]
    public void Load_WithoutAGraph_ScansUntilSomebodyIndexes()
    {
        var config = Config(6, Metric.Euclidean);
        float[][] vectors = Whole(2_000, 6, seed: 53);
        var fileSystem = new SimulatedFileSystem();
        using (var index = Fill(config, vectors))
            Assert.False(Save(fileSystem, index));

        using var loaded = Load(fileSystem, config, 2_000, withGraph: false);
        Assert.Equal(0u, loaded.IndexedCount);
        var expected = Nearest(vectors, config, vectors[7], 30, _ => true).Select(point => point.Offset);
        Assert.Equal(expected, Search(loaded, vectors[7], default(AcceptAll), 30).Select(point => point.Offset.Value));

        IndexAll(loaded);
        Assert.Equal(2_000u, loaded.IndexedCount);
        Assert.Equal(1, Recall(Search(loaded, vectors[7], default(AcceptAll), 30), Nearest(vectors, config, vectors[7], 30, _ => true)));
    }

    [Fact]
    public void SaveGraph_WhileSomeRowsAreNotIndexed_WritesNothing()
    {
        var config = Config(4, Metric.Euclidean);
        using var index = Fill(config, Whole(500, 4, seed: 54));
        Assert.True(index.IndexNext(500, CancellationToken.None));
        using var writer = new BlockFileWriter(new SimulatedFileSystem(), GraphPath, BlockFileKind.SegmentGraph, 1);
        Assert.False(index.SaveGraph(writer));
        Assert.Equal(0, writer.BodyBytes);
    }

    [Fact]
    public void Load_OfAGraphThatBelongsToOtherVectors_IsReportedAsDamage()
    {
        var config = Config(4, Metric.Euclidean);
        float[]?[] vectors = Whole(300, 4, seed: 55);
        var fileSystem = new SimulatedFileSystem();
        using (var index = Fill(config, vectors))
        {
            IndexAll(index);
            Save(fileSystem, index);
        }

        vectors[5] = null;
        fileSystem.DeleteFile(VectorsPath);
        using (var other = Fill(config, vectors))
        {
            using var writer = new BlockFileWriter(fileSystem, VectorsPath, BlockFileKind.SegmentVectors, 1);
            other.SaveVectors(writer);
            writer.Complete();
        }

        var error = Assert.Throws<CorruptDataException>(() => Load(fileSystem, config, 300, withGraph: true).Dispose());
        Assert.Equal(GraphPath, error.File);
    }

    [Fact]
    public void Load_OfAnyFlippedByte_IsReportedAsDamageOfThatFile()
    {
        var config = Config(8, Metric.Cosine);
        var fileSystem = new SimulatedFileSystem();
        using (var index = Fill(config, Clustered(400, 8, seed: 56)))
        {
            IndexAll(index);
            Save(fileSystem, index);
        }

        var random = new Random(57);
        foreach (string path in new[] { VectorsPath, GraphPath })
        {
            int length = fileSystem.LiveBytes(path).Length;
            for (int round = 0; round < 100; round++)
            {
                int position = random.Next(length);
                byte mask = (byte)(1 << random.Next(8));
                fileSystem.FlipBits(path, position, mask);
                var error = Assert.Throws<CorruptDataException>(() => Load(fileSystem, config, 400, withGraph: true).Dispose());
                Assert.Equal(path, error.File);
                fileSystem.FlipBits(path, position, mask);
            }
        }
    }

    [Fact]
    public void MemoryBytes_OfALoadedIndex_IsNoMoreThanItsRowsAndLinks()
    {
        var config = Config(64, Metric.Euclidean);
        const int Count = 10_000;
        var fileSystem = new SimulatedFileSystem();
        using (var index = Fill(config, Clustered(Count, 64, seed: 58)))
        {
            IndexAll(index);
            Save(fileSystem, index);
        }

        using var loaded = Load(fileSystem, config, Count, withGraph: true);
        const long LinksBytes = Count * ((32 * 4) + 4 + 1 + 8);
        const long PageSlackBytes = 4 * 1024 * 1024;
        Assert.InRange(loaded.MemoryBytes, Count * 256, (Count * 256) + LinksBytes + PageSlackBytes);
    }

    private static bool Save(SimulatedFileSystem fileSystem, GrowingIndex index)
    {
        using (var vectors = new BlockFileWriter(fileSystem, VectorsPath, BlockFileKind.SegmentVectors, 1))
        {
            index.SaveVectors(vectors);
            vectors.Complete();
        }

        using var graph = new BlockFileWriter(fileSystem, GraphPath, BlockFileKind.SegmentGraph, 1);
        bool saved = index.SaveGraph(graph);
        graph.Complete();
        return saved;
    }

    private static GrowingIndex Load(SimulatedFileSystem fileSystem, VectorConfig config, uint count, bool withGraph)
    {
        using var vectors = BlockFileReader.Open(fileSystem, VectorsPath, BlockFileKind.SegmentVectors, 1);
        using var graph = withGraph ? BlockFileReader.Open(fileSystem, GraphPath, BlockFileKind.SegmentGraph, 1) : null;
        return GrowingIndex.Load(config, count, vectors, graph);
    }
}
