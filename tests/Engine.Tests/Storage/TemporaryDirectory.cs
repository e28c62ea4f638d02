namespace VectorStore.Engine.Tests.Storage;

/// <summary>A directory of one test on the real disk, removed with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("vectorstore-test-").FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
