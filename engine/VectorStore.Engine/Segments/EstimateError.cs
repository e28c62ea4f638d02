namespace VectorStore.Engine.Segments;

/// <summary>How far estimates are from the truth, learned from the candidates of one search that were measured again so far.</summary>
/// <remarks>
/// Candidates of a search are about equally far from the query, and so are their errors alike: after a handful of them it is known how much closer than its estimate
/// a point can be. Running mean and variance after Welford, Technometrics 1962. Mutable; lives on the stack of one search.
/// </remarks>
/// <param name="deviations">Standard deviations that a point is given the benefit of.</param>
internal struct EstimateError(float deviations)
{
    // Candidates measured before the error is trusted.
    private const int CountMin = 12;

    private const float DeviationsMin = 2.3f;
    private const float DeviationsPerDoubling = 0.7f;

    private int _count;
    private float _mean;
    private float _squares;

    /// <summary>For a beam <paramref name="width"/> wide: whoever asks for a wider one than there are results wants fewer of them missed.</summary>
    public static EstimateError ForBeam(int width, int wanted) =>
        new(DeviationsMin + (DeviationsPerDoubling * MathF.Log2(Math.Max(1f, width / (float)Math.Max(1, wanted)))));

    public void Add(float estimate, float distance)
    {
        float error = distance - estimate;
        if (!float.IsFinite(error))
            return;

        _count++;
        float step = error - _mean;
        _mean += step / _count;
        _squares += step * (error - _mean);
    }

    /// <summary>Whether a point with this estimate can hardly be closer than <paramref name="bound"/>.</summary>
    public readonly bool RulesOut(float estimate, float bound) =>
        _count >= CountMin && estimate + _mean - (deviations * MathF.Sqrt(_squares / (_count - 1))) > bound;
}
