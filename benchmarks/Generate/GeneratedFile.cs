using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Generate;

/// <summary>Writes vectors that are made by their number.</summary>
internal static class GeneratedFile
{
    // Rows made in parallel before they are written in order: 12 MB at 784 dimensions.
    private const int BlockRows = 4_096;

    /// <summary>Writes an fbin file.</summary>
    /// <param name="path">The file. One that was cut short does not carry this name.</param>
    /// <param name="count">Rows, 1 to 4,294,967,295.</param>
    /// <param name="dimension">Numbers per row.</param>
    /// <param name="make">Fills the row of a number from 0; called from several threads.</param>
    /// <param name="cancellationToken">Checked once per block.</param>
    public static void Write(string path, long count, int dimension, Action<long, float[]> make, CancellationToken cancellationToken)
    {
        if (count is < 1 or > uint.MaxValue)
            throw new ArgumentException($"--count: expected 1 to {uint.MaxValue}, got {count}");

        string partial = path + ".partial";
        using (var writer = new FbinWriter(partial, count, dimension))
        {
            float[][] block = [.. Enumerable.Range(0, (int)Math.Min(BlockRows, count)).Select(_ => new float[dimension])];
            for (long first = 0; first < count; first += BlockRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int rows = (int)Math.Min(BlockRows, count - first);
                Parallel.For(0, rows, row => make(first + row, block[row]));
                for (int row = 0; row < rows; row++)
                    writer.Write(block[row]);
            }
        }

        File.Move(partial, path, overwrite: true);
        Console.Error.WriteLine($"{count:n0} vectors in {path}");
    }
}
