namespace VectorStore.Engine.Simulation;

/// <summary>Calls that fail, and syncs that lie.</summary>
internal sealed partial class SimulatedFileSystem
{
    // Guarded by _gate.
    private readonly List<Fault> _faults = [];
    private Func<string, bool>? _ignoredFileSync;
    private Func<string, bool>? _ignoredDirectorySync;

    /// <summary>The <paramref name="number"/>-th mutating call from the start fails; with <see cref="FaultMode.Persistent"/> all later ones too.</summary>
    public void FailCall(int number, int errno, FaultMode mode = FaultMode.Once) =>
        FailWhen(call => call.IsMutating && call.Number >= number, errno, mode);

    /// <summary>The <paramref name="number"/>-th call of a kind from the start fails; with <see cref="FaultMode.Persistent"/> all later ones too.</summary>
    public void FailCall(FileCallKind kind, int number, int errno, FaultMode mode = FaultMode.Once) =>
        FailWhen(call => call.Kind == kind && call.NumberOfKind >= number, errno, mode);

    /// <summary>The next call that matches fails; with <see cref="FaultMode.Persistent"/> all that match do.</summary>
    public void FailWhen(Func<FileCall, bool> matches, int errno, FaultMode mode = FaultMode.Once)
    {
        lock (_gate)
            _faults.Add(new Fault(matches, errno, mode));
    }

    /// <summary>The disk is well again. What failed syncs lost stays lost.</summary>
    public void ClearFaults()
    {
        lock (_gate)
            _faults.Clear();
    }

    /// <summary>A planted bug: the sync of these files succeeds and makes nothing durable.</summary>
    /// <param name="matches">Which files, by the path they were opened under.</param>
    public void IgnoreFileSync(Func<string, bool> matches)
    {
        lock (_gate)
            _ignoredFileSync = matches;
    }

    /// <summary>A planted bug: the sync of these directories succeeds and makes nothing durable.</summary>
    public void IgnoreDirectorySync(Func<string, bool> matches)
    {
        lock (_gate)
            _ignoredDirectorySync = matches;
    }

    private static bool IsIgnored(Func<string, bool>? matches, string path) => matches is not null && matches(path);
}
