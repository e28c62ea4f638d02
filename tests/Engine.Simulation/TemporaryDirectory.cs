namespace VectorStore.Engine.Simulation;

/// <summary>A directory of the real disk that is gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    private const string Memory = "/dev/shm";
    private const string Prefix = "vectorstore-test-";

    public TemporaryDirectory()
        : this(Directory.CreateTempSubdirectory(Prefix).FullName)
    {
    }

    private TemporaryDirectory(string path) => Path = path;

    /// <summary>One on a file system in memory, where there is one: for tests that no disk has to keep anything for.</summary>
    public static TemporaryDirectory InMemory() =>
        Directory.Exists(Memory) ? new(Directory.CreateDirectory($"{Memory}/{Prefix}{Guid.NewGuid():n}").FullName) : new TemporaryDirectory();

    public string Path { get; }

    /// <summary>Every file below, as paths.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
