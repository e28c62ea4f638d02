namespace VectorStore.Engine.Wal;

/// <summary>One file of a log, as the list of files remembers it. Path and header are anybody's to read.</summary>
internal sealed class WalFile(string path, WalFileHeader header)
{
    public string Path { get; } = path;

    public WalFileHeader Header { get; } = header;

    /// <summary>Header and records; what lies behind is preallocated zeros. Only the writer thread's, once the log is open.</summary>
    public long UsedBytes { get; set; } = WalFormat.FileHeaderBytes;
}
