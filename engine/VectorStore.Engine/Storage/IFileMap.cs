namespace VectorStore.Engine.Storage;

/// <summary>A file as memory. Read-only; disposing it takes the addresses back, and nobody may read after that.</summary>
internal interface IFileMap : IDisposable
{
    /// <summary>Where the first byte of the file is; on a page boundary.</summary>
    nint Address { get; }

    /// <summary>Bytes.</summary>
    long Length { get; }
}
