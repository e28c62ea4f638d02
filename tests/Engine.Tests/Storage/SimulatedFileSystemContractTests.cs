using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class SimulatedFileSystemContractTests : FileSystemContract
{
    private readonly SimulatedFileSystem _fileSystem = new();

    public SimulatedFileSystemContractTests() => _fileSystem.CreateDirectory("/data");

    internal override IFileSystem FileSystem => _fileSystem;

    internal override string Root => "/data";
}
