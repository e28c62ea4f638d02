namespace VectorStore.Engine.Simulation;

/// <summary>What a call asks of the file system. All but <see cref="Open"/> and <see cref="Read"/> change something and are crash points.</summary>
internal enum FileCallKind
{
    Open,
    Read,
    Write,
    SyncData,
    Preallocate,
    SetLength,
    CreateFile,
    DeleteFile,
    CreateDirectory,
    DeleteDirectory,
    Rename,
    SyncDirectory,
    Link,
}
