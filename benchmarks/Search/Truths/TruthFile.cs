using System.Buffers.Binary;

namespace VectorStore.Benchmarks.Search.Truths;

/// <summary>Right answers on disk, for the next run and for the drivers of the peers.</summary>
/// <remarks><code>
/// magic "VSTRUTH1", then little-endian int32s: queries, k; per query the number of right rows, and the rows in ascending order
/// </code></remarks>
internal static class TruthFile
{
    private static ReadOnlySpan<byte> Magic => "VSTRUTH1"u8;

    public static void Write(string path, Truth truth)
    {
        // A file that was cut short must not carry the finished file's name.
        string partial = path + ".partial";
        using (var stream = new BufferedStream(File.Create(partial), 1 << 20))
        {
            stream.Write(Magic);
            WriteNumber(stream, truth.Accepted.Count);
            WriteNumber(stream, truth.K);
            foreach (int[] rows in truth.Accepted)
            {
                WriteNumber(stream, rows.Length);
                foreach (int row in rows)
                    WriteNumber(stream, row);
            }
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <exception cref="IOException">The file is something else, or damaged.</exception>
    public static Truth Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        if (!bytes.StartsWith(Magic))
            throw new IOException($"{path}: expected a file of true neighbours; delete it, and it is made again");

        var rest = bytes[Magic.Length..];
        int queries = ReadNumber(path, ref rest);
        int k = ReadNumber(path, ref rest);
        var accepted = new List<int[]>();
        for (int query = 0; query < queries; query++)
        {
            int count = ReadNumber(path, ref rest);
            if (count > rest.Length / sizeof(int))
                throw new IOException($"{path}: query {query} has {count} rows, but only {rest.Length} bytes follow; delete the file, and it is made again");

            int[] rows = new int[count];
            for (int i = 0; i < rows.Length; i++)
                rows[i] = ReadNumber(path, ref rest);

            accepted.Add(rows);
        }

        return new Truth(k, [.. accepted]);
    }

    private static void WriteNumber(Stream stream, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static int ReadNumber(string path, ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int))
            throw new IOException($"{path} ends too early; delete it, and it is made again");

        int number = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[sizeof(int)..];
        return number >= 0 ? number : throw new IOException($"{path} holds a negative number; delete it, and it is made again");
    }
}
