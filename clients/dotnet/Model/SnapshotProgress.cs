namespace VectorStore.Client;

/// <summary>How far an operation on a snapshot is.</summary>
/// <param name="BytesDone">Bytes done so far, those that an earlier try has done included; never falls.</param>
/// <param name="BytesTotal">Bytes there are to do; 0 where a damaged snapshot does not tell.</param>
public readonly record struct SnapshotProgress(long BytesDone, long BytesTotal);
