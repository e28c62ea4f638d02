using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace VectorStore.Engine.Filtering;

/// <summary>A filter made ready to be asked about many payloads. Immutable; thread-safe.</summary>
/// <remarks>
/// One pass over the bytes of a payload decides every condition on a field at once: the paths of all conditions form a tree, which is walked along with the
/// payload, and each condition has a bit that is set when a value fulfils it. The must / should / must_not tree is then evaluated on the bits.
/// Nothing is allocated, except for strings that the payload stores with escapes.
/// <para>
/// This is where field indexes will answer later: whoever has an index over a field gives the bit of each entry of <see cref="Conditions"/> for a whole
/// segment as a bitmap, and <see cref="Root"/> combines bitmaps instead of bits; the payloads are then read only for the rest.
/// </para>
/// </remarks>
internal sealed class CompiledFilter
{
    // Deeper values cannot be in a payload. One place more, since the reader counts the inside of a container as one deeper.
    private const int DepthEnd = Payload.DepthMax + 2;

    private readonly PathNode _paths;

    private CompiledFilter(FilterNode root, PathNode paths, ImmutableArray<FieldCondition> conditions)
    {
        Root = root;
        _paths = paths;
        Conditions = conditions;
        MatchesNoPayload = root.Holds(stackalloc ulong[BitWords(conditions.Length)]);
    }

    /// <summary>The must / should / must_not tree over the numbers of <see cref="Conditions"/>.</summary>
    public FilterNode Root { get; }

    /// <summary>Every condition on a field, nested ones included. Its place in this list is its number in <see cref="Root"/>.</summary>
    public ImmutableArray<FieldCondition> Conditions { get; }

    /// <summary>Whether points without a payload pass.</summary>
    public bool MatchesNoPayload { get; }

    public static CompiledFilter Compile(Filter filter)
    {
        var conditions = new List<FieldCondition>();
        var paths = new PathNode();
        var root = FilterNode.Compile(filter, field =>
        {
            conditions.Add(field);
            paths.Add(field.Key, conditions.Count - 1);
            return conditions.Count - 1;
        });
        return new CompiledFilter(root, paths, [.. conditions]);
    }

    /// <summary>Whether a point with this payload passes.</summary>
    /// <param name="utf8Json">A payload as it is stored: validated compact JSON, or empty where the point has none.</param>
    public bool Matches(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.IsEmpty || Conditions.IsEmpty)
            return MatchesNoPayload;

        Span<ulong> bits = stackalloc ulong[BitWords(Conditions.Length)];
        SetBits(utf8Json, bits);
        return Root.Holds(bits);
    }

    private static int BitWords(int conditions) => (conditions + 63) / 64;

    private void SetBits(ReadOnlySpan<byte> utf8Json, Span<ulong> bits)
    {
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = Payload.DepthMax });
        var containers = new PathNodeStack();

        // The path node of the value that comes next; null where it is an element of the array we are in.
        PathNode? named = _paths;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    named = containers[reader.CurrentDepth].Find(ref reader);
                    if (named is null)
                        reader.Skip();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    break;
                default:
                    // An array stands for each of its elements, so they share its node.
                    var node = named ?? containers[reader.CurrentDepth];
                    named = null;
                    if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                        containers[reader.CurrentDepth + 1] = node;
                    else
                        SetBitsOfValue(ref reader, node, bits);
                    break;
            }
        }
    }

    private void SetBitsOfValue(ref Utf8JsonReader reader, PathNode node, Span<ulong> bits)
    {
        foreach (int number in node.Conditions)
        {
            if (Conditions[number].Holds(ref reader))
                bits[number / 64] |= 1UL << (number % 64);
        }
    }

    /// <summary>The path node of the container around each depth.</summary>
    [InlineArray(DepthEnd)]
    private struct PathNodeStack
    {
        private PathNode _first;
    }
}
