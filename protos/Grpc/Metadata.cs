using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace VectorStore.Protocol.Grpc;

/// <summary>Metadata of a call, in order; a key may occur more than once. Not thread-safe.</summary>
/// <remarks>Keys are lower case: letters, digits, '_', '-' and '.'. Those that end in <c>-bin</c> have bytes as values, all others printable ASCII.</remarks>
public sealed class Metadata : IReadOnlyCollection<MetadataEntry>
{
    /// <summary>What the keys of entries with bytes end in.</summary>
    public const string BinarySuffix = "-bin";

    private readonly List<MetadataEntry> _entries = [];

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds an entry with a text.</summary>
    /// <param name="key">Letters, digits, '_', '-' and '.'; kept in lower case. Not ending in <c>-bin</c>, not reserved (<see cref="IsReserved"/>).</param>
    /// <param name="value">Printable ASCII; spaces around it do not travel and are cut off.</param>
    /// <exception cref="ArgumentException">A key or a value that cannot travel.</exception>
    public void Add(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        key = CheckKey(key);
        if (IsBinary(key))
            throw new ArgumentException($"metadata '{key}': keys that end in {BinarySuffix} take bytes, got a text", nameof(key));

        if (!IsText(value))
            throw new ArgumentException($"metadata '{key}': a text is printable ASCII; anything else goes under a key that ends in {BinarySuffix}", nameof(value));

        _entries.Add(new MetadataEntry(key, value.Trim(' '), default));
    }

    /// <summary>Adds an entry with bytes.</summary>
    /// <param name="key">As for a text, but ending in <c>-bin</c>.</param>
    /// <param name="value">Any bytes. Not copied: they stay as they are as long as this lives.</param>
    /// <exception cref="ArgumentException">A key that cannot travel.</exception>
    public void Add(string key, ReadOnlyMemory<byte> value)
    {
        key = CheckKey(key);
        if (!IsBinary(key))
            throw new ArgumentException($"metadata '{key}': keys of bytes end in {BinarySuffix}", nameof(key));

        _entries.Add(new MetadataEntry(key, null, value));
    }

    /// <summary>Adds what an HTTP header or trailer says. Bytes may be padded or not, and several in one header, with commas between them.</summary>
    /// <returns>False where the header is no metadata and is left out: a reserved key, or a key or text of other characters.</returns>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>, MALFORMED_METADATA: the key ends in <c>-bin</c>, the value is not base64.</exception>
    public bool AddHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!TryNormalise(name, out string? key) || IsReserved(key))
            return false;

        if (!IsBinary(key))
        {
            if (!IsText(value))
                return false;

            _entries.Add(new MetadataEntry(key, value.Trim(' '), default));
            return true;
        }

        foreach (var part in value.AsSpan().Split(','))
            _entries.Add(new MetadataEntry(key, null, MetadataBase64.Decode(key, value.AsSpan()[part])));

        return true;
    }

    /// <summary>The last text under a key, in any case of letters; null where there is none.</summary>
    public string? GetText(string key) =>
        _entries.FindLast(entry => entry.Text is not null && string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase)).Text;

    /// <summary>The last bytes under a key, in any case of letters; null where there are none.</summary>
    public ReadOnlyMemory<byte>? GetBytes(string key)
    {
        int index = _entries.FindLastIndex(entry => entry.Text is null && string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? default(ReadOnlyMemory<byte>?) : _entries[index].Bytes;
    }

    /// <summary>Whether the values of a key are bytes.</summary>
    public static bool IsBinary(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.EndsWith(BinarySuffix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a key belongs to the transport: pseudo headers, <c>grpc-…</c>, <c>connect-…</c>, <c>content-…</c>, <c>te</c> and the like. Such keys are never metadata of a call.</summary>
    public static bool IsReserved(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(':')
            || key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            || key.StartsWith("connect-", StringComparison.OrdinalIgnoreCase)
            || key.ToLowerInvariant() is "te" or "content-type" or "content-length" or "content-encoding" or "accept-encoding"
                or "host" or "connection" or "keep-alive" or "proxy-connection" or "transfer-encoding" or "trailer" or "upgrade";
    }

    /// <inheritdoc/>
    public IEnumerator<MetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!TryNormalise(key, out string? normalised))
            throw new ArgumentException($"metadata '{key}': a key has letters, digits, '_', '-' and '.', at least one", nameof(key));

        if (IsReserved(normalised))
            throw new ArgumentException($"metadata '{key}': the key belongs to the transport", nameof(key));

        return normalised;
    }

    private static bool TryNormalise(string key, [NotNullWhen(true)] out string? normalised)
    {
        normalised = null;
        bool upper = false;
        foreach (char character in key)
        {
            if (char.IsAsciiLetterUpper(character))
                upper = true;
            else if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('_' or '-' or '.'))
                return false;
        }

        if (key.Length == 0)
            return false;

        normalised = upper ? key.ToLowerInvariant() : key;
        return true;
    }

    private static bool IsText(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
