using System.Numerics;

namespace VectorStore.Engine.Vectors;

/// <summary>Brings a valid vector into the form in which it is stored and compared.</summary>
internal static class VectorPreparation
{
    /// <summary>Copies <paramref name="source"/> to <paramref name="destination"/>, under cosine scaled to unit length. They may be the same memory.</summary>
    /// <remarks>Lengths are summed in double precision, so vectors as small as 1e-45 or as large as 3e38 keep their direction.</remarks>
    public static void Prepare(ReadOnlySpan<float> source, VectorConfig config, Span<float> destination)
    {
        if (config.Metric != Metric.Cosine)
        {
            source.CopyTo(destination);
            return;
        }

        double inverse = 1 / Math.Sqrt(SquaredLength(source));
        int done = 0;
        for (; done <= source.Length - Vector<float>.Count; done += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(source[done..]), out var low, out var high);
            Vector.Narrow(low * inverse, high * inverse).CopyTo(destination[done..]);
        }

        for (; done < source.Length; done++)
            destination[done] = (float)(source[done] * inverse);
    }

    private static double SquaredLength(ReadOnlySpan<float> vector)
    {
        var sums = Vector<double>.Zero;
        int done = 0;
        for (; done <= vector.Length - Vector<float>.Count; done += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(vector[done..]), out var low, out var high);
            sums += (low * low) + (high * high);
        }

        double squared = Vector.Sum(sums);
        for (; done < vector.Length; done++)
            squared += (double)vector[done] * vector[done];

        return squared;
    }
}
