using System.Text;
using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>One key on the paths of a filter's conditions, with the keys that follow it.</summary>
internal sealed class PathNode
{
    private readonly Dictionary<byte[], PathNode> _children;
    private readonly Dictionary<byte[], PathNode>.AlternateLookup<ReadOnlySpan<byte>> _childrenByName;
    private readonly List<int> _conditions = [];

    public PathNode()
    {
        _children = new Dictionary<byte[], PathNode>(Utf8Comparer.Instance);
        _childrenByName = _children.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Numbers of the conditions on the value at this path.</summary>
    public List<int> Conditions => _conditions;

    /// <summary>Adds a condition under a path with dots, relative to this node.</summary>
    public void Add(string path, int condition)
    {
        var node = this;
        foreach (string key in path.Split('.'))
        {
            byte[] name = Encoding.UTF8.GetBytes(key);
            if (!node._children.TryGetValue(name, out var child))
                node._children.Add(name, child = new PathNode());
            node = child;
        }

        node._conditions.Add(condition);
    }

    /// <summary>The node of the property name the reader stands on; null where no condition asks for it.</summary>
    public PathNode? Find(ref Utf8JsonReader name)
    {
        if (_children.Count == 0)
            return null;

        PathNode? child;
        if (!name.ValueIsEscaped)
            _childrenByName.TryGetValue(name.ValueSpan, out child);
        else
            _children.TryGetValue(Encoding.UTF8.GetBytes(name.GetString()!), out child);
        return child;
    }
}
