using System.Buffers;
using System.Text;

namespace VectorStore.Protocol.Grpc;

/// <summary>How <c>grpc-message</c> carries any Unicode text in printable ASCII: UTF-8, each byte outside ' ' to '~', and '%', as % and two hexadecimal digits.</summary>
public static class PercentEncoding
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        string.Concat(Enumerable.Range(0x20, 0x5F).Select(code => (char)code).Where(character => character != '%')));

    /// <summary>Encodes a text. Lone surrogates become U+FFFD.</summary>
    /// <returns>The same text where nothing needs to be encoded.</returns>
    public static string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int plain = text.AsSpan().IndexOfAnyExcept(s_plain);
        if (plain < 0)
            return text;

        var encoded = new StringBuilder(text.Length + 16);
        encoded.Append(text, 0, plain);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.AsSpan(plain).EnumerateRunes())
        {
            if (rune.IsAscii && s_plain.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
                encoded.Append('%').Append(HexDigit(value >> 4)).Append(HexDigit(value & 15));
        }

        return encoded.ToString();
    }

    /// <summary>Decodes a text. Never fails: a % that no two hexadecimal digits follow stays as it is, bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('%'))
            return text;

        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        for (int index = 0; index < text.Length;)
        {
            if (text[index] == '%' && index + 2 < text.Length && char.IsAsciiHexDigit(text[index + 1]) && char.IsAsciiHexDigit(text[index + 2]))
            {
                bytes[length++] = (byte)((HexValue(text[index + 1]) << 4) | HexValue(text[index + 2]));
                index += 3;
                continue;
            }

            // Up to the next %: a surrogate pair stays together.
            int next = text.IndexOf('%', index + 1);
            int end = next < 0 ? text.Length : next;
            length += Encoding.UTF8.GetBytes(text.AsSpan(index, end - index), bytes.AsSpan(length));
            index = end;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
