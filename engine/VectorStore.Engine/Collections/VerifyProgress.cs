namespace VectorStore.Engine;

/// <summary>How far reading a collection back is.</summary>
/// <param name="Collection">Name of the collection.</param>
/// <param name="FilesRead">Files read whole so far.</param>
/// <param name="BytesRead">Bytes read so far; never falls.</param>
/// <param name="BytesTotal">About how many there are to read. More may be read: a collection that is written to grows meanwhile.</param>
/// <param name="File">Path of the file that is being read.</param>
public sealed record VerifyProgress(string Collection, int FilesRead, long BytesRead, long BytesTotal, string File);
