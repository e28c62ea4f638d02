using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using static VectorStore.Engine.Tests.Segments.TestVectors;

namespace VectorStore.Engine.Tests.Segments;

public sealed class SegmentFileTests
{
    private const string Directory = "/segments";

    /// <summary>Segments were once sealed with the graph that grew with them. They open as what they are, and are searched through that graph.</summary>
    [Fact]
    public void Load_OfASegmentFromBeforeThereWereCodes_SearchesItsGraph()
    {
        var config = Config(16, Metric.Euclidean, fullScanThreshold: 100);
        float[][] vectors = Clustered(2_000, 16, seed: 61);
        var schema = new VectorSchema(new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["v"] = config } });
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory(Directory);
        var grown = Grow(schema, vectors);
        while (grown.IndexNext(grown.Points.Count, CancellationToken.None))
        {
        }

        using var payloads = new InMemoryPayloadStore();
        var entry = SegmentWriter.Write(disk, Directory, grown, lsn: 1, payloads, CancellationToken.None);
        Assert.Equal(["graph-00.seg", "payloads.seg", "points.seg", "vectors-00.seg"], disk.ListFiles($"{Directory}/00000001"));
        var tally = new VerifyTally();
        SegmentReader.Verify(disk, Directory, entry, tally, CancellationToken.None);
        Assert.Empty(tally.Problems);

        var loaded = SegmentReader.Load(disk, Directory, entry, schema, lsn: 1);
        var index = Assert.IsType<GrowingIndex>(loaded.Vectors[0]);
        Assert.Equal((true, 0L), (index.HasGraph, loaded.RowsWaitingForIndex(2_000)));
        foreach (float[] query in vectors[..50])
            Assert.Equal(1, Recall(Search(index, query, default(AcceptAll), 10), Nearest(vectors, config, query, 10, _ => true)));

        loaded.Release();
        grown.Release();
    }

    [Fact]
    public void Write_OfASealedSegment_WritesAFileForEachPart()
    {
        var config = Config(16, Metric.Euclidean, fullScanThreshold: 100);
        var schema = new VectorSchema(new CollectionConfig { Vectors = new Dictionary<string, VectorConfig> { ["v"] = config } });
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory(Directory);
        var grown = Grow(schema, Clustered(500, 16, seed: 62));
        var built = grown.BuildSealed(schema, threads: 1, progress: null, CancellationToken.None);

        // The two own the rows together: the one that goes first takes nothing from the other.
        grown.Release();
        using var payloads = new InMemoryPayloadStore();
        var entry = SegmentWriter.Write(disk, Directory, built, lsn: 1, payloads, CancellationToken.None);
        Assert.Equal(
            ["calibration-00.seg", "codes-00.seg", "graph-00.seg", "order-00.seg", "payloads.seg", "points.seg", "vectors-00.seg"],
            disk.ListFiles($"{Directory}/00000001"));
        var tally = new VerifyTally();
        SegmentReader.Verify(disk, Directory, entry, tally, CancellationToken.None);
        Assert.Empty(tally.Problems);
        Assert.Equal(7, tally.FilesRead);

        var loaded = SegmentReader.Load(disk, Directory, entry, schema, lsn: 1);
        Assert.IsType<SealedIndex>(loaded.Vectors[0]);
        Assert.Equal(built.Points.Row(new PointOffset(77)), loaded.Points.Row(new PointOffset(77)));
        loaded.Release();
        built.Release();
    }

    private static Segment Grow(VectorSchema schema, float[][] vectors)
    {
        var segment = Segment.CreateGrowing(1, schema, (uint)vectors.Length);
        foreach (float[] vector in vectors)
        {
            var offset = segment.Points.Append(PointRow.For(segment.Points.Count, lsn: 1, hasPayload: false));
            segment.Growing[0].Append(offset, vector);
        }

        return segment;
    }
}
