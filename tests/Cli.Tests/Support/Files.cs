using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace VectorStore.Cli.Tests.Support;

/// <summary>Makes data files byte by byte, independent of the readers.</summary>
internal static class Files
{
    public static byte[] Idx3(int width, int height, params byte[][] images)
    {
        byte[] header = new byte[16];
        header[2] = 8;
        header[3] = 3;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), images.Length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), height);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), width);
        return [.. header, .. images.SelectMany(image => image)];
    }

    public static byte[] Idx1(params byte[] labels)
    {
        byte[] header = new byte[8];
        header[2] = 8;
        header[3] = 1;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), labels.Length);
        return [.. header, .. labels];
    }

    public static byte[] Fvecs(params float[][] rows) => [.. rows.SelectMany(row => (byte[])[.. Int(row.Length), .. Floats(row)])];

    public static byte[] Ivecs(params int[][] rows) => [.. rows.SelectMany(row => (byte[])[.. Int(row.Length), .. row.SelectMany(Int)])];

    public static byte[] Fbin(params float[][] rows) => [.. Int(rows.Length), .. Int(rows[0].Length), .. rows.SelectMany(Floats)];

    public static byte[] Npy(string type, string shape, byte[] data, int version = 1, string order = "False")
    {
        string text = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}";
        byte[] header = Encoding.ASCII.GetBytes(text.PadRight(117) + "\n");
        byte[] length = version == 1 ? [(byte)header.Length, (byte)(header.Length >> 8)] : Int(header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. header, .. data];
    }

    public static byte[] Floats(float[] values)
    {
        byte[] bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);

        return bytes;
    }

    public static byte[] Doubles(double[] values)
    {
        byte[] bytes = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * 8), values[i]);

        return bytes;
    }

    public static byte[] Int(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);

        return result.ToArray();
    }

    public static float[] Row(int dimension, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, dimension).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    public static float[][] Rows(int count, int dimension, int seed = 1) => [.. Enumerable.Range(0, count).Select(i => Row(dimension, (seed * 1000) + i))];
}
