using System.Text;

namespace VectorStore.Protocol.Hot;

/// <summary>The last short ASCII texts that were read, so that the name of a collection is not allocated for every request. Thread-safe.</summary>
/// <remarks>Each text has one place, and a newer one takes it: the memory is bounded, whatever arrives.</remarks>
internal static class NameCache
{
    private const int Places = 256;
    private const int LengthMax = 128;

    private static readonly string?[] s_names = new string?[Places];

    /// <summary>The text of these bytes; null where it is not known.</summary>
    public static string? TryGet(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";

        if (utf8.Length > LengthMax)
            return null;

        string? name = Volatile.Read(ref s_names[PlaceOf(utf8)]);
        return name is not null && Ascii.Equals(utf8, name) ? name : null;
    }

    public static void Remember(ReadOnlySpan<byte> utf8, string text)
    {
        if (text.Length <= LengthMax && text.Length == utf8.Length)
            Volatile.Write(ref s_names[PlaceOf(utf8)], text);
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (byte value in utf8)
            hash = (hash ^ value) * 16777619;

        return (int)((hash ^ (hash >> 16)) % Places);
    }
}
