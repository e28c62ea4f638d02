using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace VectorStore.Protocol.Hot;

/// <summary>UUIDs as text: 32 hexadecimal digits, with or without hyphens; written in lower case with them.</summary>
internal static class UuidText
{
    public const int LengthBytes = 36;

    private const int DigitsOnly = 32;

    /// <summary>Reads the id of a point; a text that is no UUID is kept as it is.</summary>
    public static PointKey ReadKey(ref WireReader reader)
    {
        var bytes = reader.ReadBytes();
        Span<byte> text = stackalloc byte[LengthBytes];
        if (bytes.Length is DigitsOnly or LengthBytes)
        {
            text = text[..(int)bytes.Length];
            bytes.CopyTo(text);
            if (TryParse(text, out var uuid))
                return new PointKey(uuid);
        }

        if (!Utf8.IsValid(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray()))
            reader.ThrowMalformed("a text is not UTF-8");

        return new PointKey(Encoding.UTF8.GetString(bytes));
    }

    public static void Format(Guid uuid, Span<byte> text) => uuid.TryFormat(text, out _, "D");

    private static bool TryParse(ReadOnlySpan<byte> text, out Guid uuid)
    {
        // The framework's own reader also takes spaces, signs and 0x.
        Span<char> digits = stackalloc char[DigitsOnly];
        int count = 0;
        uuid = default;
        for (int index = 0; index < text.Length; index++)
        {
            if (text.Length == LengthBytes && index is (8 or 13 or 18 or 23))
            {
                if (text[index] != '-')
                    return false;

                continue;
            }

            if (!char.IsAsciiHexDigit((char)text[index]))
                return false;

            digits[count++] = (char)text[index];
        }

        return Guid.TryParseExact(digits, "N", out uuid);
    }
}
