using VectorStore.Engine;

namespace VectorStore.Places;

/// <summary>Keys of archives: <c>collection/snapshot.vssnap</c>, or <c>snapshot.vssnap</c> where it is of the whole database. Whether an archive is compressed its bytes tell, not its key: one name is one archive.</summary>
public static class ArchiveKey
{
    /// <summary>What the keys that <see cref="Of"/> makes end with.</summary>
    public const string Suffix = ".vssnap";

    private const int LengthMax = 512;
    private const int PartLengthMax = 160;

    /// <summary>The key of a snapshot's archive.</summary>
    /// <param name="collection">Whose; <see cref="VectorDatabase.WholeDatabase"/> for all.</param>
    /// <param name="snapshot">Its name.</param>
    /// <exception cref="PlaceException">A name is none that collections and snapshots can have (<see cref="PlaceErrorReason.InvalidKey"/>).</exception>
    public static string Of(string collection, string snapshot)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(snapshot);
        return Below(collection) + Checked(snapshot, 1) + Suffix;
    }

    /// <summary>What the keys of all archives of a collection begin with; nothing for those of the whole database: see <see cref="IsOf"/>.</summary>
    /// <exception cref="PlaceException">The name is none that a collection can have (<see cref="PlaceErrorReason.InvalidKey"/>).</exception>
    public static string Below(string collection)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return collection == VectorDatabase.WholeDatabase ? "" : Checked(collection, 1) + '/';
    }

    /// <summary>Whether a key is that of an archive of a collection, or of the whole database.</summary>
    public static bool IsOf(string collection, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string below = Below(collection);
        return key.StartsWith(below, StringComparison.Ordinal) && !key[below.Length..].Contains('/', StringComparison.Ordinal);
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
