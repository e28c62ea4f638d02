namespace VectorStore.Engine.Quantization;

/// <summary>From what a scorer of codes returns to the metric's internal distance: <c>distance ≈ factor × estimate + offset</c>, factor &gt; 0.</summary>
/// <remarks>Scorers leave out what is the same for all points, so that less is computed for each.</remarks>
internal readonly record struct EstimateScale(float Factor, float Offset)
{
    /// <summary>Of scorers that return the distance itself.</summary>
    public static EstimateScale Identity => new(1, 0);

    /// <summary>The distance, held to the range of float like those of original vectors.</summary>
    public float ToDistance(float estimate) => (float)Math.Clamp(((double)Factor * estimate) + Offset, -float.MaxValue, float.MaxValue);
}
