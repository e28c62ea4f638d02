namespace VectorStore.Engine.Segments;

/// <summary>A segment as of one moment: the rows below <paramref name="RowCount"/>.</summary>
internal readonly record struct SegmentView(Segment Segment, uint RowCount);
