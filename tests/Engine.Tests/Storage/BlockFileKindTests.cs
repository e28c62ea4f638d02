using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class BlockFileKindTests
{
    [Fact]
    public void Values_ArePersisted_AndNeverChange() => Assert.Equal(
        [
            "SegmentPoints=1",
            "SegmentVectors=2",
            "SegmentGraph=3",
            "SegmentPayloads=4",
            "SegmentDeletes=5",
            "Manifest=6",
            "SegmentCodes=7",
            "SegmentFlatGraph=8",
            "SegmentOrder=9",
            "SegmentBlocks=10",
            "SegmentCalibration=11",
            "Snapshot=12",
            "SegmentChanges=13",
        ],
        Enum.GetValues<BlockFileKind>().Select(kind => $"{kind}={(uint)kind}"));
}
