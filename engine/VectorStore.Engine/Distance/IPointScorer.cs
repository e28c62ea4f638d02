using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Distance;

/// <summary>Measures points of one segment against one query. The graph sees vectors only through this.</summary>
/// <remarks>
/// Implemented by structs and called through a struct-constrained generic, so that the distance is inlined into the loop. Lower is closer.
/// What it measures (float32 rows, quantized codes) is the implementer's. One thread uses one value at a time.
/// </remarks>
internal interface IPointScorer
{
    /// <summary>Whether <see cref="DistancesOfFour"/> costs less than asking four times.</summary>
    static virtual bool MeasuresFour => false;

    /// <summary>Distance between the query and the point at <paramref name="offset"/>; lower is closer, never NaN for finite vectors.</summary>
    float Distance(PointOffset offset);

    /// <summary>What <see cref="Distance"/> says of each of four points, to the last bit. Asked for only with <see cref="MeasuresFour"/>.</summary>
    /// <param name="offsets">The points, four.</param>
    /// <param name="distances">Receives their distances.</param>
    void DistancesOfFour(ReadOnlySpan<uint> offsets, Span<float> distances)
    {
        for (int i = 0; i < distances.Length; i++)
            distances[i] = Distance(new PointOffset(offsets[i]));
    }

    /// <summary>Hints that <see cref="Distance"/> will soon be asked for this point.</summary>
    void Prefetch(PointOffset offset);
}
