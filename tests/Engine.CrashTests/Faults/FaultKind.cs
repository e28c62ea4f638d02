using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Faults;

/// <summary>How a call fails, and for how long.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Errno">What the call reports; 0 for a read that brings too little and reports nothing.</param>
/// <param name="Mode">Once or for good, with or without a part done.</param>
/// <param name="Calls">Which calls can fail so.</param>
/// <param name="SameKindOnly">Whether only calls of the kind of the first go on failing.</param>
internal sealed record FaultKind(string Name, int Errno, FaultMode Mode, Func<FileCallKind, bool> Calls, bool SameKindOnly = false)
{
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new("EIO once", StorageException.ErrnoIo, FaultMode.Once, _ => true),
        new("EIO for good", StorageException.ErrnoIo, FaultMode.Persistent, _ => true),
        new("EIO for good, of calls of one kind", StorageException.ErrnoIo, FaultMode.Persistent, _ => true, SameKindOnly: true),
        new("ENOSPC once", StorageException.ErrnoNoSpace, FaultMode.Once, TakesRoom),
        new("ENOSPC for good", StorageException.ErrnoNoSpace, FaultMode.Persistent, TakesRoom),
        new("short write and EIO once", StorageException.ErrnoIo, FaultMode.Partial, IsWrite),
        new("short write and ENOSPC for good", StorageException.ErrnoNoSpace, FaultMode.Partial | FaultMode.Persistent, IsWrite),
        new("short read once", 0, FaultMode.Partial, IsRead),
        new("short read for good", 0, FaultMode.Partial | FaultMode.Persistent, IsRead),
    ];

    public override string ToString() => Name;

    private static bool IsWrite(FileCallKind kind) => kind == FileCallKind.Write;

    private static bool IsRead(FileCallKind kind) => kind == FileCallKind.Read;

    // On a full disk everything else goes on working.
    private static bool TakesRoom(FileCallKind kind) =>
        kind is FileCallKind.Write or FileCallKind.SyncData or FileCallKind.Preallocate or FileCallKind.CreateFile or FileCallKind.CreateDirectory or FileCallKind.Rename or FileCallKind.Link or FileCallKind.SyncDirectory;
}
