namespace VectorStore.Tidy.Tests;

/// <summary>A folder of the engine, and the rooms it may use beside <c>Primitives</c> and <c>Memory</c>.</summary>
internal sealed record Room(string Name, params string[] MayKnow)
{
    private const string Engine = "engine/VectorStore.Engine/";

    /// <summary>All rooms, the highest first. The same table, with reasons, is docs/architecture.md.</summary>
    public static IReadOnlyList<Room> All { get; } =
    [
        new("Collections", "Snapshots", "Segments", "Filtering", "Payloads", "Wal", "Vectors", "Distance", "Storage", "Threads"),
        new("Snapshots", "Segments", "Storage"),
        new("Segments", "Vectors", "Payloads", "Filtering", "Graphs", "Hnsw", "Quantization", "Distance", "Storage", "Threads"),
        new("Filtering", "Payloads"),
        new("Payloads", "Storage"),
        new("Graphs", "Hnsw", "Distance", "Storage", "Threads"),
        new("Hnsw", "Distance", "Storage"),
        new("Quantization", "Distance", "Storage", "Threads"),
        new("Vectors", "Distance", "Storage"),
        new("Wal", "Storage"),
        new("Distance"),
        new("Storage"),
        new("Threads"),
        new("Memory"),
        new("Primitives"),
    ];

    public string Directory => $"{Engine}{Name}/";

    public bool May(string other) => other == Name || (Name != "Primitives" && (other == "Primitives" || (Name != "Memory" && other == "Memory"))) || MayKnow.Contains(other, StringComparer.Ordinal);

    /// <summary>The room a file of the engine is in; null outside the rooms.</summary>
    public static Room? Of(SourceFile file)
    {
        string[] parts = file.Path.Split('/');
        return parts.Length > 3 && file.Path.StartsWith(Engine, StringComparison.Ordinal) ? All.FirstOrDefault(room => room.Name == parts[2]) : null;
    }

    public static IEnumerable<SourceFile> EngineFiles => Repository.CSharp(Engine);

    public IEnumerable<SourceFile> Files => Repository.CSharp(Directory);
}
