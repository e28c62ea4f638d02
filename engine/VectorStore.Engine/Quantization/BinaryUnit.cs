using VectorStore.Engine.Memory;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>A power of two by which vectors are multiplied before they are encoded, so that no square or sum of theirs leaves the range of float, however huge or tiny they are. It costs no precision.</summary>
internal static class BinaryUnit
{
    /// <summary>Numbers of a query are held below this after scaling: its square times the largest dimension is still a float.</summary>
    public const float QueryMax = 1e15f;

    /// <summary>The unit that brings the largest number among the rows to between half of 2^<paramref name="exponent"/> and that; 1 where all are zero.</summary>
    public static float Of(FloatRows rows, ReadOnlyMemory<uint> order, int exponent, int threads, CancellationToken cancellationToken)
    {
        float largest = 0;
        var gate = new Lock();
        RowBatches.ForEach(
            (uint)order.Length,
            threads,
            static () => 0,
            (row, _) =>
            {
                float found = FloatKernels.MaxMagnitude(rows.Row(order.Span[(int)row]));

                // Rows seldom exceed all before them, so the lock is seldom taken.
                if (found > Volatile.Read(ref largest))
                {
                    lock (gate)
                        largest = Math.Max(largest, found);
                }
            },
            cancellationToken);
        return For(largest, exponent);
    }

    /// <summary>The unit for numbers up to <paramref name="largest"/>.</summary>
    public static float For(float largest, int exponent)
    {
        if (!(largest > 0) || !float.IsFinite(largest))
            return 1;

        // A unit must be a normal float and so must its inverse.
        int power = Math.Clamp(exponent - 1 - Math.ILogB(largest), -120, 120);
        return MathF.ScaleB(1, power);
    }

    /// <summary>One number of a query or a row, scaled and held within range.</summary>
    public static float Scale(float value, float unit) => Math.Clamp(value * unit, -QueryMax, QueryMax);

    /// <summary>A factor of an <see cref="EstimateScale"/>, which is a float above zero.</summary>
    public static float Factor(double value) => (float)Math.Clamp(value, float.Epsilon, float.MaxValue);

    /// <summary>An offset of an <see cref="EstimateScale"/>, which is finite.</summary>
    public static float Offset(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);
}
