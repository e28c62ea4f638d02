namespace VectorStore.Cli.Client;

/// <summary>Whether an archive is wrapped into an LZ4 frame.</summary>
internal enum ArchiveCompression
{
    /// <summary>Whoever is asked decides.</summary>
    Auto,

    /// <summary>Always.</summary>
    Lz4,

    /// <summary>Never.</summary>
    None,
}
