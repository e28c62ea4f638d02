namespace VectorStore.Places;

/// <summary>Keys of archives: <c>collection/snapshot.vssnap</c>.</summary>
public static class ArchiveKey
{
    /// <summary>What the keys that <see cref="Of"/> makes end with.</summary>
    public const string Suffix = ".vssnap";

    private const int LengthMax = 512;
    private const int PartLengthMax = 160;

    /// <summary>The key of a snapshot's archive.</summary>
    /// <exception cref="PlaceException">A name is none that collections and snapshots can have (<see cref="PlaceErrorReason.InvalidKey"/>).</exception>
    public static string Of(string collection, string snapshot)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(snapshot);
        return Checked(collection, 1) + '/' + Checked(snapshot, 1) + Suffix;
    }

    /// <summary>What the keys of all archives of a collection begin with.</summary>
    /// <exception cref="PlaceException">The name is none that a collection can have (<see cref="PlaceErrorReason.InvalidKey"/>).</exception>
    public static string Below(string collection)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return Checked(collection, 1) + '/';
    }

    /// <summary>The snapshot's name in a key that <see cref="Of"/> made.</summary>
    public static string SnapshotOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string name = key[(key.LastIndexOf('/') + 1)..];
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    /// <summary>Whether a text can be a key.</summary>
    internal static bool IsKey(string key) => key.Length <= LengthMax && key.Split('/').All(IsPart);

    /// <summary>The key, which can be one.</summary>
    internal static string Checked(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Checked(key, int.MaxValue);
    }

    private static string Checked(string text, int partsMax)
    {
        bool isGood = IsKey(text) && (partsMax > 1 || !text.Contains('/', StringComparison.Ordinal));
        return isGood
            ? text
            : throw new PlaceException(
                PlaceErrorReason.InvalidKey,
                $"expected a name of letters, digits, '.', '_' and '-' that does not begin with a dot, at most {PartLengthMax} characters, got '{text[..Math.Min(text.Length, PartLengthMax)]}'",
                key: text);
    }

    private static bool IsPart(string part) =>
        part.Length is > 0 and <= PartLengthMax && part[0] != '.' && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
