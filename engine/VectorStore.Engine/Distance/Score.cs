namespace VectorStore.Engine.Distance;

/// <summary>From the internal distance (lower is closer) to the public score (higher is better) of a metric; see <see cref="Metric"/>.</summary>
internal static class Score
{
    /// <summary>The score of a distance. Strictly ordered against it, up to rounding.</summary>
    public static float FromDistance(Metric metric, float distance) => metric switch
    {
        // Unit vectors are so up to rounding; the score keeps to the range it promises.
        Metric.Cosine => Math.Clamp(-distance + 0f, -1f, 1f),
        Metric.Dot => -distance + 0f,
        Metric.Euclidean => 0f - MathF.Sqrt(distance),
        Metric.Manhattan => 0f - distance,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "not a metric"),
    };

    /// <summary>Whether a result is at least as good as the caller's threshold, judged by the very score the caller will see. No threshold accepts all.</summary>
    public static bool Meets(Metric metric, float distance, float? scoreThreshold) =>
        scoreThreshold is null || FromDistance(metric, distance) >= scoreThreshold.Value;
}
