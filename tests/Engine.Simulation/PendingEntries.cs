namespace VectorStore.Engine.Simulation;

/// <summary>The changes to directories that no directory sync has made durable yet, in their order.</summary>
/// <remarks>
/// A change is one transaction: a rename is there with both its names or not at all, as long as neither directory was synced. Changes that
/// share a name keep their order; all others may reach the disk in any order, or not. That is stricter than any one file system, and
/// no stricter than what POSIX promises.
/// </remarks>
internal sealed class PendingEntries
{
    private readonly List<List<EntryAssignment>> _changes = [];

    /// <summary>Changes the running system at once, the disk later.</summary>
    public void Add(params List<EntryAssignment> change)
    {
        foreach (var assignment in change)
            DirectoryNode.Assign(assignment.Directory.Live, assignment.Name, assignment.Target);
        _changes.Add(change);
    }

    /// <summary>The names in one directory are on the disk.</summary>
    public void Sync(DirectoryNode directory)
    {
        foreach (var change in _changes)
        {
            foreach (var assignment in change.Where(assignment => assignment.Directory == directory))
                DirectoryNode.Assign(directory.Durable, assignment.Name, assignment.Target);
            change.RemoveAll(assignment => assignment.Directory == directory);
        }

        _changes.RemoveAll(change => change.Count == 0);
    }

    /// <summary>The changes that a loss of power leaves on the disk, in their order.</summary>
    public IEnumerable<EntryAssignment> DrawKept(CrashTemper temper, Random random)
    {
        HashSet<(DirectoryNode, string)> lostNames = [];
        foreach (var change in _changes)
        {
            var names = change.Select(assignment => (assignment.Directory, assignment.Name)).ToList();
            if (random.NextDouble() < temper.EntryKept && !names.Exists(lostNames.Contains))
            {
                foreach (var assignment in change)
                    yield return assignment;
            }
            else
            {
                lostNames.UnionWith(names);
            }
        }
    }

    /// <summary>The same changes on copies of the nodes.</summary>
    public PendingEntries Clone(Func<Node, Node> copyOf)
    {
        var clone = new PendingEntries();
        foreach (var change in _changes)
        {
            clone._changes.Add([.. change.Select(assignment => new EntryAssignment(
                (DirectoryNode)copyOf(assignment.Directory),
                assignment.Name,
                assignment.Target is null ? null : copyOf(assignment.Target)))]);
        }

        return clone;
    }
}
