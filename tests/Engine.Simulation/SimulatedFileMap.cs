using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Simulation;

/// <summary>The contents of a simulated file, copied when it was mapped: files that are mapped never change.</summary>
internal sealed class SimulatedFileMap(NativeArena bytes, long length) : IFileMap
{
    public nint Address => bytes.Address;

    public long Length => length;

    public void Dispose() => bytes.Dispose();
}
