namespace VectorStore.Engine.Simulation;

/// <summary>A directory with its two images: the names that the running system sees, and those the disk is sure to hold.</summary>
/// <remarks>Guarded by the lock of its file system.</remarks>
internal sealed class DirectoryNode : Node
{
    public SortedDictionary<string, Node> Live { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Node> Durable { get; } = new(StringComparer.Ordinal);

    public static void Assign(SortedDictionary<string, Node> entries, string name, Node? node)
    {
        if (node is null)
            entries.Remove(name);
        else
            entries[name] = node;
    }
}
