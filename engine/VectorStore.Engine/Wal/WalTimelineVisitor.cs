namespace VectorStore.Engine.Wal;

/// <summary>Sees one record of a <see cref="WalTimeline"/>; false where it and all that follows is not wanted.</summary>
internal delegate bool WalTimelineVisitor(in WalRecordHeader record, ReadOnlySpan<byte> body);
