using System.Buffers.Binary;
using VectorStore.Datasets.Formats;

namespace VectorStore.Datasets;

/// <summary>Reads neighbour lists in the TEXMEX ivecs format: each row an int32 length and that many row numbers, nearest first.</summary>
public static class GroundTruth
{
    private const int NeighboursMax = 65_536;

    /// <summary>Reads the lists of the first <paramref name="limit"/> queries.</summary>
    /// <exception cref="DatasetFormatException">A row is cut short or claims an impossible length.</exception>
    public static int[][] Read(string path, long limit = long.MaxValue)
    {
        using var stream = DatasetStream.Open(path);
        var rows = new List<int[]>();
        Span<byte> length = stackalloc byte[sizeof(int)];
        while (rows.Count < limit && !stream.IsAtEnd())
        {
            long start = stream.PositionBytes;
            stream.ReadExactly(length, $"row {rows.Count}");
            int count = BinaryPrimitives.ReadInt32LittleEndian(length);
            if (count is < 1 or > NeighboursMax)
                throw new DatasetFormatException(path, start, $"row {rows.Count}: expected 1 to {NeighboursMax} neighbours, found {count}");

            byte[] bytes = new byte[count * sizeof(int)];
            stream.ReadExactly(bytes, $"row {rows.Count}");
            int[] row = new int[count];
            for (int i = 0; i < count; i++)
                row[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int)));

            rows.Add(row);
        }

        return [.. rows];
    }
}
