using System.Diagnostics.CodeAnalysis;

namespace VectorStore.Engine.Simulation;

/// <summary>Crash points, and what is left after one.</summary>
internal sealed partial class SimulatedFileSystem
{
    // Guarded by _gate.
    private int _crashAt = int.MaxValue;

    /// <summary>Whether the machine has lost power. Every call on it throws.</summary>
    public bool HasCrashed { get; private set; }

    private bool IsCrashPoint => MutatingCalls == _crashAt;

    /// <summary>Pulls the plug in the middle of the <paramref name="number"/>-th mutating call from the start, which may or may not have its effect.</summary>
    public void CrashAtCall(int number)
    {
        lock (_gate)
            _crashAt = number;
    }

    /// <summary>Pulls the plug now, if that has not happened, and gives the disk as it may be when the power comes back.</summary>
    /// <param name="seed">Which of the possible disks; without it, one that follows from the seed of this one. May be asked again with others.</param>
    public SimulatedFileSystem Crash(int? seed = null)
    {
        lock (_gate)
        {
            HasCrashed = true;
            int seedAfter = seed ?? _random.Next();
            var random = MixedRandom.Create(seedAfter);
            var temper = CrashTemper.Draw(random);

            var entries = new Dictionary<DirectoryNode, SortedDictionary<string, Node>>();
            foreach (var assignment in _pendingEntries.DrawKept(temper, random))
            {
                if (!entries.TryGetValue(assignment.Directory, out var names))
                    entries[assignment.Directory] = names = new(assignment.Directory.Durable, StringComparer.Ordinal);
                DirectoryNode.Assign(names, assignment.Name, assignment.Target);
            }

            var copies = new Dictionary<Node, Node>();
            var root = (DirectoryNode)CopyAfterCrash(_root);
            return new SimulatedFileSystem(seedAfter, root, new PendingEntries()) { CapacityBytes = CapacityBytes };

            Node CopyAfterCrash(Node node)
            {
                if (copies.TryGetValue(node, out var copy))
                    return copy;
                if (node is FileNode file)
                    return copies[node] = file.AfterCrash(temper, random);

                var directory = new DirectoryNode();
                copies[node] = directory;
                foreach (var (name, child) in entries.GetValueOrDefault((DirectoryNode)node) ?? ((DirectoryNode)node).Durable)
                    directory.Live[name] = directory.Durable[name] = CopyAfterCrash(child);
                return directory;
            }
        }
    }

    /// <summary>Ends the process, not the machine: the next one finds everything that was written, synced or not, and may still lose it.</summary>
    public SimulatedFileSystem KillProcess(int? seed = null)
    {
        lock (_gate)
        {
            HasCrashed = true;
            var copies = new Dictionary<Node, Node>();
            var root = (DirectoryNode)Copy(_root);
            return new SimulatedFileSystem(seed ?? _random.Next(), root, _pendingEntries.Clone(Copy)) { CapacityBytes = CapacityBytes };

            Node Copy(Node node)
            {
                if (copies.TryGetValue(node, out var copy))
                    return copy;
                if (node is FileNode file)
                    return copies[node] = file.AfterKill();

                var original = (DirectoryNode)node;
                var directory = new DirectoryNode();
                copies[node] = directory;
                foreach (var (name, child) in original.Live)
                    directory.Live[name] = Copy(child);
                foreach (var (name, child) in original.Durable)
                    directory.Durable[name] = Copy(child);
                return directory;
            }
        }
    }

    /// <summary>Makes a call that changes something: counts it, fails it, or crashes in it.</summary>
    /// <param name="kind">What is asked.</param>
    /// <param name="path">Of what.</param>
    /// <param name="effect">What the call does.</param>
    /// <param name="halfEffect">What it may have done when the power goes; without it, all or nothing.</param>
    /// <param name="offset">The length it asks for, if any.</param>
    private void Mutate(FileCallKind kind, string path, Action effect, Action? halfEffect = null, long offset = 0)
    {
        var fault = BeginOrFault(kind, path, offset);
        if (IsCrashPoint)
        {
            bool hadEffect = _random.Next(2) == 0;
            try
            {
                if (hadEffect)
                    effect();
                else
                    halfEffect?.Invoke();
            }
            catch (StorageException)
            {
                // A call that would have failed has no effect to keep; what the caller sees is the loss of power.
            }

            PullPlug();
        }

        if (fault is not null)
            throw new StorageException(kind.ToString(), path, fault.Errno);

        effect();
    }

    private void ThrowIfCrashed()
    {
        if (HasCrashed)
            throw new SimulatedCrashException();
    }

    [DoesNotReturn]
    private void PullPlug()
    {
        HasCrashed = true;
        throw new SimulatedCrashException();
    }
}
