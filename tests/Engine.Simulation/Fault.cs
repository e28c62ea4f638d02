namespace VectorStore.Engine.Simulation;

/// <summary>A failure that waits for its call.</summary>
internal sealed class Fault(Func<FileCall, bool> matches, int errno, FaultMode mode)
{
    private bool _spent;

    public int Errno { get; } = errno;

    public bool IsPartial { get; } = mode.HasFlag(FaultMode.Partial);

    /// <summary>Whether this call fails; a fault that happens once answers yes once.</summary>
    public bool Strikes(FileCall call)
    {
        if (_spent || !matches(call))
            return false;

        _spent = !mode.HasFlag(FaultMode.Persistent);
        return true;
    }
}
