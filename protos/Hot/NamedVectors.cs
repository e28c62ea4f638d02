using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace VectorStore.Protocol.Hot;

/// <summary>The few vectors of a point by name: an array that is walked through, because that is less than a dictionary for each point.</summary>
internal sealed class NamedVectors(KeyValuePair<string, ReadOnlyMemory<float>>[] entries) : IReadOnlyDictionary<string, ReadOnlyMemory<float>>
{
    public int Count => entries.Length;

    public IEnumerable<string> Keys => entries.Select(entry => entry.Key);

    public IEnumerable<ReadOnlyMemory<float>> Values => entries.Select(entry => entry.Value);

    public ReadOnlyMemory<float> this[string key] => TryGetValue(key, out var vector) ? vector : throw new KeyNotFoundException($"the point has no vector '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out ReadOnlyMemory<float> value)
    {
        foreach (var (name, vector) in entries)
        {
            if (name == key)
            {
                value = vector;
                return true;
            }
        }

        value = default;
        return false;
    }

    public IEnumerator<KeyValuePair<string, ReadOnlyMemory<float>>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>>)entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
