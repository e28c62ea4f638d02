namespace VectorStore.Engine;

/// <summary>How far an operation on a snapshot is.</summary>
/// <param name="BytesDone">Bytes done so far; never falls, and is <paramref name="BytesTotal"/> at the end.</param>
/// <param name="BytesTotal">Bytes there are to do; 0 where a damaged snapshot does not tell.</param>
public readonly record struct SnapshotProgress(long BytesDone, long BytesTotal);
