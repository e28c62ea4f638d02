using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Tests.Segments;

public sealed class SegmentMergerTests
{
    private static readonly VectorSchema s_schema = new(CollectionConfig.WithVector("v", 2, Metric.Dot));

    /// <summary>What was changed before the copy belongs to the copied rows; what is changed or deleted after it is carried over.</summary>
    [Fact]
    public void Merging_KeepsPayloadsChangedBeforeAndAfterTheCopy()
    {
        var source = Filled(1, 6);
        source.Points.MarkDeleted(new PointOffset(0), 7);
        source.Points.ChangePayload(new PointOffset(1), new PayloadVersion(8, hasPayload: false));
        source.Points.ChangePayload(new PointOffset(2), new PayloadVersion(9, hasPayload: true));

        // Later than what is copied: seen as it was before.
        source.Points.ChangePayload(new PointOffset(2), new PayloadVersion(11, hasPayload: true));
        var merger = new SegmentMerger([source], lsn: 10, (_, _) => null);
        var target = merger.CopyRows(2, s_schema, new Progress<double>(), CancellationToken.None)!;
        Assert.Equal(5U, target.Points.Count);
        Assert.Equal(new PayloadVersion(8, hasPayload: false), PayloadVersion.Of(target.Points.Row(new PointOffset(0))));
        Assert.Equal(new PayloadVersion(9, hasPayload: true), PayloadVersion.Of(target.Points.Row(new PointOffset(1))));
        Assert.False(target.Points.HasPayloadChanges);

        source.Points.ChangePayload(new PointOffset(3), new PayloadVersion(12, hasPayload: false));
        source.Points.MarkDeleted(new PointOffset(4), 13);
        merger.CarryOverChanges(target);
        PayloadVersion[] expected = [new(8, false), new(11, true), new(12, false), new(5, true), new(6, true)];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(row => target.Points.NewestPayload(new PointOffset((uint)row))));
        Assert.Equal([0UL, 0UL, 0UL, 13UL, 0UL], Enumerable.Range(0, 5).Select(row => target.Points.DeletedAt(new PointOffset((uint)row))));
        target.Release();
        source.Release();
    }

    [Fact]
    public void PayloadVersions_AreFoundAsOfAnyPosition_UntilTheyAreForgotten()
    {
        var segment = Filled(1, 2);
        var offset = new PointOffset(1);
        for (ulong lsn = 10; lsn <= 50; lsn += 10)
            segment.Points.ChangePayload(offset, new PayloadVersion(lsn, hasPayload: lsn % 20 == 0));

        Assert.Equal([2UL, 2UL, 10UL, 10UL, 20UL, 40UL, 50UL, 50UL], new ulong[] { 2, 9, 10, 19, 20, 49, 50, 99 }.Select(lsn => segment.Points.PayloadAt(offset, lsn).Lsn));
        segment.Points.ForgetPayload(offset, new PayloadVersion(2, hasPayload: true));
        segment.Points.ForgetPayload(offset, new PayloadVersion(10, hasPayload: false));
        Assert.False(segment.Points.TryGetPayload(offset, 19, out _));
        Assert.Equal(new PayloadVersion(20, hasPayload: true), segment.Points.PayloadAt(offset, 29));
        for (ulong lsn = 20; lsn <= 40; lsn += 10)
            segment.Points.ForgetPayload(offset, new PayloadVersion(lsn, hasPayload: true));

        Assert.False(segment.Points.TryGetPayload(offset, 49, out _));
        Assert.Equal(50UL, segment.Points.PayloadAt(offset, 50).Lsn);
        Assert.Equal(1UL, segment.Points.PayloadAt(new PointOffset(0), 99).Lsn);
        segment.Release();
    }

    private static Segment Filled(uint number, int rows)
    {
        var segment = Segment.CreateGrowing(number, s_schema, 100);
        for (int row = 0; row < rows; row++)
        {
            var offset = segment.Points.Append(PointRow.For((ulong)row, (ulong)row + 1, hasPayload: true));
            segment.Growing[0].Append(offset, [row, 1]);
        }

        return segment;
    }
}
