namespace VectorStore.Engine.Simulation;

/// <summary>What only a test sees: counts, the trace of calls, and the bytes on the disk.</summary>
internal sealed partial class SimulatedFileSystem
{
    // Guarded by _gate.
    private readonly int[] _calls = new int[Enum.GetValues<FileCallKind>().Length];
    private readonly List<FileCall> _trace = [];

    /// <summary>Calls so far that change something: the crash points of a run.</summary>
    public int MutatingCalls { get; private set; }

    /// <summary>Whether calls are remembered in <see cref="Trace"/>.</summary>
    public bool RecordsTrace { get; set; }

    /// <summary>The calls while they were recorded, in order.</summary>
    public IReadOnlyList<FileCall> Trace
    {
        get
        {
            lock (_gate)
                return [.. _trace];
        }
    }

    /// <summary>Calls of one kind so far, failed ones included.</summary>
    public int CountCalls(FileCallKind kind)
    {
        lock (_gate)
            return _calls[(int)kind];
    }

    /// <summary>Paths of all files, in ordinal order. Works on a crashed disk too, as do all members here.</summary>
    public IReadOnlyList<string> AllFiles()
    {
        lock (_gate)
            return [.. AllFilesLocked().Select(file => file.Path).Order(StringComparer.Ordinal)];
    }

    /// <summary>The bytes of a file as the running system reads them.</summary>
    public byte[] LiveBytes(string path)
    {
        lock (_gate)
            return FileAt(path).LiveBytes();
    }

    /// <summary>The bytes of a file that every loss of power leaves.</summary>
    public byte[] DurableBytes(string path)
    {
        lock (_gate)
            return FileAt(path).DurableBytes();
    }

    /// <summary>Overwrites bytes where they lie, as a failing medium does: no call, no sync, no way to undo it.</summary>
    public void Damage(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            FileAt(path).Damage(bytes, offset);
    }

    /// <summary>Flips bits of one byte.</summary>
    public void FlipBits(string path, long offset, byte mask)
    {
        lock (_gate)
        {
            Span<byte> one = stackalloc byte[1];
            FileAt(path).Read(one, offset);
            one[0] ^= mask;
            FileAt(path).Damage(one, offset);
        }
    }

    /// <summary>Cuts or extends a file behind the back of those who have it open; what was pending of it is durable.</summary>
    public void DamageLength(string path, long length)
    {
        lock (_gate)
            FileAt(path).DamageLength(length);
    }

    private FileNode FileAt(string path) => Find(path) as FileNode ?? throw new StorageException("open", path, NoSuchEntry);

    private void Begin(FileCallKind kind, string path)
    {
        if (BeginOrFault(kind, path) is { } fault)
            throw new StorageException(kind.ToString(), path, fault.Errno);
    }

    private Fault? BeginOrFault(FileCallKind kind, string path, long offset = 0, int count = 0)
    {
        ThrowIfCrashed();
        var call = new FileCall(MutatingCalls, ++_calls[(int)kind], kind, path, offset, count);
        if (call.IsMutating)
            call = call with { Number = ++MutatingCalls };
        if (RecordsTrace)
            _trace.Add(call);

        return _faults.Find(fault => fault.Strikes(call));
    }
}
