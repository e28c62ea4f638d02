namespace VectorStore.Engine.Storage;

/// <summary>What the body of a block file is. Persisted: values never change.</summary>
internal enum BlockFileKind : uint
{
    SegmentPoints = 1,
    SegmentVectors = 2,
    SegmentGraph = 3,
    SegmentPayloads = 4,
    SegmentDeletes = 5,
    Manifest = 6,
    SegmentCodes = 7,
    SegmentFlatGraph = 8,
    SegmentOrder = 9,
    SegmentBlocks = 10,
    SegmentCalibration = 11,
    Snapshot = 12,
    SegmentChanges = 13,
}
