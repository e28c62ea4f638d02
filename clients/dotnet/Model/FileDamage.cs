namespace VectorStore.Client;

/// <summary>One file that is not as it was written, or cannot be read.</summary>
/// <param name="File">Path of the file, or of the directory that should hold it, as the server sees it.</param>
/// <param name="OffsetBytes">Where in the file, in bytes from its start. Null where no place can be named.</param>
/// <param name="Reason">What is wrong there: expected and found.</param>
public sealed record FileDamage(string File, long? OffsetBytes, string Reason);
