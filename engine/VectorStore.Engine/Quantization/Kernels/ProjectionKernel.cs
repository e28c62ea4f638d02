using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>A vector times the directions of a <see cref="Projection"/>, in bytes.</summary>
internal static unsafe class ProjectionKernel
{
    // Vectors are bytes from 0 to 126 around this.
    private const int Middle = 63;

    // A vector with single numbers this many times its root mean square loses too much in seven bits; what is left over goes a second way.
    private const float PeakMax = 8;

    public static void Project(Projection projection, ReadOnlySpan<float> vector, Span<byte> scratch, Span<float> coordinates, out float squaredLength)
    {
        int dimension = projection.Dimension;
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, dimension);
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, 2 * projection.RowBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(coordinates.Length, projection.Coordinates);
        scratch[dimension..projection.RowBytes].Clear();
        scratch[(projection.RowBytes + dimension)..(2 * projection.RowBytes)].Clear();
        fixed (float* x = vector, mean = projection.Mean, target = coordinates, scales = projection.Scales)
        fixed (int* sums = projection.Sums)
        fixed (byte* bytes = scratch)
        {
            Measure(x, mean, dimension, out squaredLength, out float most);
            if (most == 0)
            {
                coordinates[..projection.Coordinates].Clear();
                return;
            }

            float step = most / Middle;
            bool twice = most * most > squaredLength / dimension * (PeakMax * PeakMax);
            byte* rest = bytes + projection.RowBytes;
            Encode(x, mean, dimension, step, bytes, twice ? rest : null);

            Multiply(projection, bytes, sums, scales, step, add: false, target);
            if (twice)
                Multiply(projection, rest, sums, scales, step / (2 * Middle), add: true, target);
        }
    }

    /// <summary>The products of one row of bytes around <see cref="Middle"/> with all directions, each in its unit; four directions at a time share what is read of the row.</summary>
    private static void Multiply(Projection projection, byte* bytes, int* sums, float* scales, float step, bool add, float* target)
    {
        // SAFETY: rows of RowBytes bytes each, as Projection lays them out; the arrays have Coordinates entries.
        byte* direction = projection.Directions.Start;
        nuint rowBytes = (nuint)projection.RowBytes;
        int i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + 4 <= projection.Coordinates; i += 4, direction += 4 * rowBytes)
            {
                var middle = Vector128.Load(sums + i) * Middle;
                var products = Vector128.ConvertToSingle(FourProducts(bytes, direction, rowBytes) - middle) * (Vector128.Load(scales + i) * step);
                (add ? products + Vector128.Load(target + i) : products).Store(target + i);
            }
        }

        for (; i < projection.Coordinates; i++, direction += rowBytes)
        {
            float product = step * scales[i] * (BytePath.Sum<MixedProductTerm>(bytes, direction, rowBytes) - (Middle * sums[i]));
            target[i] = add ? target[i] + product : product;
        }
    }

    private static Vector128<int> FourProducts(byte* bytes, byte* direction, nuint rowBytes)
    {
        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        var sum2 = Vector256<int>.Zero;
        var sum3 = Vector256<int>.Zero;
        byte* direction2 = direction + (2 * rowBytes);
        for (nuint j = 0; j < rowBytes; j += BytePath.BlockBytes)
        {
            var block = Vector256.Load(bytes + j);
            sum0 = MixedProductTerm.Add(sum0, block, Vector256.Load(direction + j));
            sum1 = MixedProductTerm.Add(sum1, block, Vector256.Load(direction + rowBytes + j));
            sum2 = MixedProductTerm.Add(sum2, block, Vector256.Load(direction2 + j));
            sum3 = MixedProductTerm.Add(sum3, block, Vector256.Load(direction2 + rowBytes + j));
        }

        return BytePath.SumEach(sum0, sum1, sum2, sum3);
    }

    /// <summary>Squared length of x − mean, and its largest number.</summary>
    private static void Measure(float* x, float* mean, int dimension, out float squaredLength, out float most)
    {
        var squares = Vector256<float>.Zero;
        var largest = Vector256<float>.Zero;
        int i = 0;
        for (; i + Vector256<float>.Count <= dimension; i += Vector256<float>.Count)
        {
            var difference = Vector256.Load(x + i) - Vector256.Load(mean + i);
            squares = Vector256.MultiplyAddEstimate(difference, difference, squares);
            largest = Vector256.Max(largest, Vector256.Abs(difference));
        }

        squaredLength = Vector256.Sum(squares);
        most = 0;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
            most = Math.Max(most, largest[lane]);

        for (; i < dimension; i++)
        {
            float difference = x[i] - mean[i];
            squaredLength += difference * difference;
            most = Math.Max(most, MathF.Abs(difference));
        }

        squaredLength = Math.Min(squaredLength, float.MaxValue);
        most = Math.Min(most, float.MaxValue);
    }

    /// <summary>x − mean as bytes around <see cref="Middle"/>, and where asked for what that rounding left over, in steps 126 times finer.</summary>
    private static void Encode(float* x, float* mean, int dimension, float step, byte* bytes, byte* rest)
    {
        var scale = Vector256.Create(1 / step);
        var middle = Vector256.Create(Middle + 0.5f);
        var fine = Vector256.Create(2f * Middle);
        int i = 0;
        for (; i + Vector256<float>.Count <= dimension; i += Vector256<float>.Count)
        {
            // Never negative, so cutting off is rounding.
            var value = Vector256.MultiplyAddEstimate(Vector256.Load(x + i) - Vector256.Load(mean + i), scale, middle);
            var rounded = Vector256.ConvertToInt32(value);
            Store(rounded, bytes + i);
            if (rest is not null)
                Store(Vector256.ConvertToInt32((value - Vector256.ConvertToSingle(rounded)) * fine), rest + i);
        }

        for (; i < dimension; i++)
        {
            float value = ((x[i] - mean[i]) / step) + Middle + 0.5f;
            int rounded = (int)value;
            bytes[i] = (byte)rounded;
            if (rest is not null)
                rest[i] = (byte)((value - rounded) * 2 * Middle);
        }
    }

    private static void Store(Vector256<int> values, byte* target)
    {
        var words = Vector128.Narrow(values.GetLower(), values.GetUpper());
        *(ulong*)target = Vector128.Narrow(words, words).AsUInt64().ToScalar();
    }
}
