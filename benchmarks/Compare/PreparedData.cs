using System.Security.Cryptography;
using System.Text;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Turns any data file into the plain fbin file that everybody reads, cut to its limit.</summary>
internal static class PreparedData
{
    /// <summary>The file itself where it is plain already, a copy under <paramref name="directory"/> otherwise, made once.</summary>
    /// <param name="path">The data.</param>
    /// <param name="limit">Rows to use. Null: all.</param>
    /// <param name="directory">Where copies are kept.</param>
    public static string Ensure(string path, long? limit, string directory)
    {
        using var source = new FirstRowsSource(VectorFile.Open(path), limit);
        bool whole = limit is null || (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && IsShorter(path, limit.Value));
        if (whole && path.EndsWith(".fbin", StringComparison.OrdinalIgnoreCase) && !IsCompressed(path))
            return path;

        Directory.CreateDirectory(directory);
        string copy = Path.Combine(directory, $"{Name(path)}-{Key(path, limit)}.fbin");
        if (File.Exists(copy))
            return copy;

        // The header of the copy says how many rows follow, which the source may not know before its end.
        long count = CountRows(path, limit);
        string partial = copy + ".partial";
        using (var writer = new FbinWriter(partial, count, source.Dimension))
        {
            float[] row = new float[source.Dimension];
            while (source.TryRead(row))
                writer.Write(row);
        }

        File.Move(partial, copy, overwrite: true);
        return copy;
    }

    private static bool IsShorter(string path, long limit)
    {
        using var source = VectorFile.Open(path);
        return source.Count <= limit;
    }

    private static bool IsCompressed(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
    }

    private static long CountRows(string path, long? limit)
    {
        using var source = new FirstRowsSource(VectorFile.Open(path), limit);
        if (source.Count is { } count)
            return count;

        float[] row = new float[source.Dimension];
        while (source.TryRead(row))
        {
        }

        return source.RowsRead;
    }

    private static string Name(string path) => Path.GetFileName(path).Split('.')[0];

    private static string Key(string path, long? limit)
    {
        var file = new FileInfo(path);
        string identity = $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks} {limit}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..8];
    }
}
