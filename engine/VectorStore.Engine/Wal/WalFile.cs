namespace VectorStore.Engine.Wal;

/// <summary>One file of a log, as the list of files remembers it. Owned by the writer thread once the log is open.</summary>
internal sealed class WalFile(string path, WalFileHeader header)
{
    public string Path { get; } = path;

    public WalFileHeader Header { get; } = header;

    /// <summary>Header and records; what lies behind is preallocated zeros.</summary>
    public long UsedBytes { get; set; } = WalFormat.FileHeaderBytes;
}
