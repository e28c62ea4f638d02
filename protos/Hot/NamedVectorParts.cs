using System.Runtime.InteropServices;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Hot;

/// <summary>The vectors of one point by name while it is read; used again for the next point.</summary>
internal sealed class NamedVectorParts
{
    // Four times what a collection can have. Names are compared one by one, so there has to be a bound.
    private const int NamesMax = 64;
    private const uint KeyTag = (1 << 3) | 2;
    private const uint ValueTag = (2 << 3) | 2;

    private readonly List<(string Name, VectorParts Parts)> _vectors = [];

    public int Count => _vectors.Count;

    public void Clear() => _vectors.Clear();

    /// <summary>Reads an entry of the map. The last one under a name counts.</summary>
    /// <param name="reader">Before the length of the entry.</param>
    /// <param name="memory">Takes the values.</param>
    /// <param name="depth">Messages around the entry.</param>
    /// <param name="path">The map.</param>
    public void ReadEntry(ref WireReader reader, MessageMemory memory, int depth, in FieldPath path)
    {
        string name = "";
        VectorParts parts = default;
        long outer = reader.BeginMessage();
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    reader.EndMessage(outer);
                    Set(name, parts, path);
                    return;
                case KeyTag:
                    name = reader.ReadString();
                    break;
                case ValueTag:
                    parts = default;
                    VectorReader.Read(ref reader, ref parts, memory, depth + 1);
                    break;
                default:
                    reader.SkipField(tag, depth);
                    break;
            }
        }
    }

    /// <summary>The vectors, once all of the point is read; null where there are none.</summary>
    public NamedVectors? Finish(MessageMemory memory, long remainingBytes, in FieldPath path)
    {
        if (_vectors.Count == 0)
            return null;

        var finished = new KeyValuePair<string, ReadOnlyMemory<float>>[_vectors.Count];
        var vectors = CollectionsMarshal.AsSpan(_vectors);
        for (int index = 0; index < vectors.Length; index++)
        {
            string name = vectors[index].Name;
            finished[index] = new(name, VectorReader.Finish(ref vectors[index].Parts, memory, remainingBytes, path with { Name = name }));
        }

        return new NamedVectors(finished);
    }

    private void Set(string name, in VectorParts parts, in FieldPath path)
    {
        foreach (ref var vector in CollectionsMarshal.AsSpan(_vectors))
        {
            if (vector.Name == name)
            {
                vector.Parts = parts;
                return;
            }
        }

        if (_vectors.Count == NamesMax)
            throw new RpcException(StatusCode.InvalidArgument, $"{path}: expected at most {NamesMax} vectors, got more", MessageErrors.OutOfRange, path.ToString());

        _vectors.Add((name, parts));
    }
}
