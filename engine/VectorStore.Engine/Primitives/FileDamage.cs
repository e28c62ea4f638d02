namespace VectorStore.Engine;

/// <summary>One file that is not as it was written, or cannot be read.</summary>
/// <param name="File">Path of the file, or of the directory that should hold it; with a server, as the server sees it.</param>
/// <param name="OffsetBytes">Where in the file, in bytes from its start. Null where no place can be named: the operating system refused to read the file, or a newer version wrote it.</param>
/// <param name="Reason">What is wrong there: expected and found.</param>
public sealed record FileDamage(string File, long? OffsetBytes, string Reason)
{
    /// <summary>What an error says of a file; null where it is about none.</summary>
    internal static FileDamage? From(VectorStoreException problem) => problem switch
    {
        CorruptDataException corrupt => new(corrupt.File, corrupt.OffsetBytes, corrupt.What),
        UnsupportedFormatVersionException version => new(version.File, null, version.Message),
        StorageException storage => new(storage.Path, null, storage.Message),
        { InnerException: VectorStoreException cause } => From(cause),
        _ => null,
    };
}
