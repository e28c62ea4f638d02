using System.Text;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>As much of RFC 7541 as a client needs that allows no dynamic table: literals, and the status by index.</summary>
internal static class Hpack
{
    private const int StatusIndexMin = 8;

    private static readonly string[] s_statuses = ["200", "204", "206", "304", "400", "404", "500"];

    public static void Write(List<byte> block, string name, string value)
    {
        // A literal that nobody remembers, with its name.
        block.Add(0);
        WriteText(block, name);
        WriteText(block, value);
    }

    /// <summary>The headers of a block; names that only the static table knows are left out, but for <c>:status</c>.</summary>
    public static void Read(ReadOnlySpan<byte> block, Dictionary<string, string> headers)
    {
        while (!block.IsEmpty)
        {
            byte first = block[0];
            if (first >= 0x80)
            {
                int index = ReadInteger(ref block, 7);
                if (index >= StatusIndexMin && index - StatusIndexMin < s_statuses.Length)
                    headers[":status"] = s_statuses[index - StatusIndexMin];
            }
            else if ((first & 0xE0) == 0x20)
            {
                ReadInteger(ref block, 5);
            }
            else
            {
                int index = ReadInteger(ref block, (first & 0x40) != 0 ? 6 : 4);
                string name = index == 0 ? ReadText(ref block) : index is >= StatusIndexMin and < StatusIndexMin + 7 ? ":status" : $"static {index}";
                headers[name] = ReadText(ref block);
            }
        }
    }

    private static void WriteText(List<byte> block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
        {
            block.Add((byte)bytes.Length);
        }
        else
        {
            block.Add(127);
            int rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7)
                block.Add((byte)(rest | 0x80));

            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int bits)
    {
        int mask = (1 << bits) - 1;
        int value = block[0] & mask;
        block = block[1..];
        if (value < mask)
            return value;

        for (int shift = 0; ; shift += 7)
        {
            byte next = block[0];
            block = block[1..];
            value += (next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        Assert.True(block[0] < 0x80, "the server compresses texts, which this client cannot read");
        int length = ReadInteger(ref block, 7);
        string text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }
}
