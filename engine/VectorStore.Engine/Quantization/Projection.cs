using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>From a vector to its coordinates in the leading principal directions, turned at random so that all of them carry about the same.</summary>
/// <remarks>
/// The directions are kept as bytes with a scale each: the error is far below that of the codes, the whole matrix stays in the second-level cache, and a query is projected in a
/// few microseconds. Stored vectors and queries go the same way, so errors of the directions largely cancel. Immutable; any number of threads.
/// </remarks>
internal sealed class Projection : IDisposable
{
    /// <summary>Numbers per code row are this many less than a multiple of a cache line: the head takes the rest.</summary>
    private const int LineBytes = 64;
    private const int HeadBytes = 4;
    private const int FirstTry = 252;

    /// <summary>The most coordinates.</summary>
    public const int CoordinatesMax = 508;

    // Vectors longer than this would leave the range of float when squared and summed.
    private const float MagnitudeMax = 1e15f;

    private const float ByteMax = 127;

    private Projection(float[] mean, int coordinates, int rowBytes, NativeArena directions, float[] scales, int[] sums)
    {
        Mean = mean;
        Coordinates = coordinates;
        RowBytes = rowBytes;
        Directions = directions;
        Scales = scales;
        Sums = sums;
    }

    public float[] Mean { get; }

    public int Dimension => Mean.Length;

    /// <summary>How many numbers a vector becomes.</summary>
    public int Coordinates { get; }

    /// <summary>Bytes of one direction: the dimension, rounded up to whole blocks, zeros behind.</summary>
    public int RowBytes { get; }

    /// <summary>Directions as signed bytes, one row each.</summary>
    public NativeArena Directions { get; }

    /// <summary>What one step of a direction's bytes is worth.</summary>
    public float[] Scales { get; }

    /// <summary>Sum of each direction's bytes.</summary>
    public int[] Sums { get; }

    public long MemoryBytes => Directions.OwnedBytes + (Dimension * sizeof(float)) + (Coordinates * 2L * sizeof(float));

    public static int RowBytesOf(int dimension) => (dimension + 31) / 32 * 32;

    /// <summary>Trains a projection; null where no number of coordinates that pays carries at least <paramref name="energy"/> of the variance.</summary>
    public static Projection? TryTrain(FloatRows rows, ReadOnlyMemory<uint> order, double energy, ParallelOptions parallel)
    {
        int dimension = rows.Dimension;
        if (dimension > PrincipalComponents.DimensionMax || order.Length == 0 || IsHuge(rows, order.Span))
            return null;

        int directions = Math.Min(dimension, FirstTry);
        while (true)
        {
            var components = PrincipalComponents.Find(rows, order, directions, parallel);
            if (Choose(components, dimension, energy) is { } coordinates)
                return Make(components, coordinates, parallel);
            if (directions >= Math.Min(dimension, CoordinatesMax))
                return null;

            directions = Math.Min(dimension, CoordinatesMax);
        }
    }

    /// <summary>Takes over what was read from a file.</summary>
    public static Projection FromParts(float[] mean, float[] scales, NativeArena directions)
    {
        int rowBytes = RowBytesOf(mean.Length);
        int[] sums = new int[scales.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            foreach (sbyte value in directions.Slice<sbyte>((long)i * rowBytes, mean.Length))
                sums[i] += value;
        }

        return new Projection(mean, scales.Length, rowBytes, directions, scales, sums);
    }

    /// <summary>Projects a vector.</summary>
    /// <param name="vector">Shape <c>[dimension]</c>.</param>
    /// <param name="scratch">At least 2 × <see cref="RowBytes"/> bytes, for this call.</param>
    /// <param name="coordinates">Receives the coordinates, shape <c>[coordinates]</c>.</param>
    /// <param name="squaredLength">Squared distance of the vector from the mean.</param>
    public void Project(ReadOnlySpan<float> vector, Span<byte> scratch, Span<float> coordinates, out float squaredLength) =>
        ProjectionKernel.Project(this, vector, scratch, coordinates, out squaredLength);

    /// <summary>A projection of its own memory with the same contents.</summary>
    public Projection Copy()
    {
        var directions = new NativeArena(Directions.CommittedBytes);
        directions.EnsureCommitted((long)Coordinates * RowBytes);
        Directions.Slice<byte>(0, Coordinates * RowBytes).CopyTo(directions.Slice<byte>(0, Coordinates * RowBytes));
        return new Projection(Mean, Coordinates, RowBytes, directions, Scales, Sums);
    }

    public void Dispose() => Directions.Dispose();

    private static bool IsHuge(FloatRows rows, ReadOnlySpan<uint> order)
    {
        foreach (uint row in order)
        {
            foreach (float value in rows.Row(row))
            {
                if (!(MathF.Abs(value) < MagnitudeMax))
                    return true;
            }
        }

        return false;
    }

    /// <summary>The smallest number of coordinates that fills cache lines and carries enough; null where none of the directions found does.</summary>
    private static int? Choose(PrincipalComponents components, int dimension, double energy)
    {
        double kept = 0;
        int next = 0;
        for (int coordinates = LineBytes - HeadBytes; ; coordinates += LineBytes)
        {
            int wanted = Math.Min(coordinates, dimension);
            if (wanted > components.Directions.Length)
                return null;

            for (; next < wanted; next++)
                kept += components.Variances[next];

            if (wanted == dimension || kept >= energy * components.TotalVariance)
                return wanted;
        }
    }

    private static Projection Make(PrincipalComponents components, int coordinates, ParallelOptions parallel)
    {
        int dimension = components.Mean.Length;
        float[][] turn = RandomTurn(coordinates, parallel);
        int rowBytes = RowBytesOf(dimension);
        var directions = new NativeArena((long)coordinates * rowBytes);
        directions.EnsureCommitted((long)coordinates * rowBytes);
        float[] scales = new float[coordinates];
        Parallel.For(0, coordinates, parallel, i =>
        {
            float[] direction = new float[dimension];
            for (int j = 0; j < coordinates; j++)
                MatrixKernels.AddScaled(direction, turn[i][j], components.Directions[j]);

            float most = FloatKernels.MaxMagnitude(direction);
            scales[i] = most > 0 ? most / ByteMax : 1;
            var bytes = directions.Slice<sbyte>((long)i * rowBytes, dimension);
            for (int j = 0; j < dimension; j++)
                bytes[j] = (sbyte)MathF.Round(direction[j] / scales[i]);
        });
        return FromParts(components.Mean, scales, directions);
    }

    /// <summary>A random orthogonal matrix: Gaussian rows, made orthonormal.</summary>
    private static float[][] RandomTurn(int size, ParallelOptions parallel)
    {
        var random = new Random(size);
        float[][] rows = new float[size][];
        for (int i = 0; i < size; i++)
        {
            rows[i] = new float[size];
            foreach (ref float value in rows[i].AsSpan())
                value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        PrincipalComponents.Orthonormalise(rows, parallel);
        return rows;
    }
}
