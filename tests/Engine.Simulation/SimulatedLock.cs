namespace VectorStore.Engine.Simulation;

/// <summary>A lock that somebody holds until it is disposed or the machine loses power.</summary>
internal sealed class SimulatedLock(SimulatedFileSystem fileSystem, FileNode node) : IDisposable
{
    private bool _released;

    public void Dispose()
    {
        if (_released)
            return;

        _released = true;
        fileSystem.ReleaseLock(node);
    }
}
