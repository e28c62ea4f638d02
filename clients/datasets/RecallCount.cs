using VectorStore.Engine;

namespace VectorStore.Datasets;

/// <summary>How many of the answers of a search are true neighbours.</summary>
public static class RecallCount
{
    // Sums of float32 in another order differ by this much; two rows at the same distance may come out this far apart.
    private const float RelativeTolerance = 1e-5f;

    /// <summary>Counts answers that are at most as far away as the last true neighbour, so that of rows equally far away any is right.</summary>
    /// <param name="answerDistances">True distances of the distinct rows that were returned; NaN where there is no such row, which is never right.</param>
    /// <param name="trueDistances">Distances of the true neighbours, ascending.</param>
    /// <param name="metric">What the distances are of.</param>
    public static int Count(ReadOnlySpan<float> answerDistances, ReadOnlySpan<float> trueDistances, Metric metric)
    {
        if (trueDistances.IsEmpty)
            return 0;

        float last = trueDistances[^1];
        float limit = last + (RelativeTolerance * (metric == Metric.Cosine ? 1 : Math.Abs(last)));
        int correct = 0;
        foreach (float distance in answerDistances)
        {
            if (distance <= limit)
                correct++;
        }

        return Math.Min(correct, trueDistances.Length);
    }

    /// <summary>Counts answers that are among the first <paramref name="limit"/> of a neighbour list.</summary>
    public static int Count(IReadOnlyList<long> answers, ReadOnlySpan<int> truth, int limit)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var first = truth[..Math.Min(limit, truth.Length)];
        int correct = 0;
        foreach (long answer in answers)
        {
            if (answer <= int.MaxValue && first.Contains((int)answer))
                correct++;
        }

        return correct;
    }
}
