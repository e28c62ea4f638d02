using VectorStore.Datasets.Pictures;

namespace VectorStore.Datasets;

/// <summary>Makes clustered vectors by code, for machines without data sets: seeded, any of them by its number. Thread-safe.</summary>
/// <remarks>
/// A vector is the centre of its cluster, plus a mixture of few directions that all clusters share, plus a little noise in every dimension: like embeddings,
/// it has many more dimensions than ways to vary, so that a graph has something to follow.
/// </remarks>
public sealed class SyntheticClusters
{
    private const int Directions = 24;
    private const float MixtureScale = 0.21f;
    private const float NoiseScale = 0.05f;

    private readonly ulong _seed;
    private readonly float[][] _centres;
    private readonly float[][] _directions;

    /// <summary>Draws centres and directions.</summary>
    /// <param name="seed">Another seed, other vectors.</param>
    /// <param name="dimension">Numbers per vector, from 1.</param>
    /// <param name="clusters">How many clusters, from 1.</param>
    public SyntheticClusters(ulong seed, int dimension, int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        _seed = seed;
        Dimension = dimension;
        _centres = Draw(~seed, clusters, dimension);
        _directions = Draw(~(seed + 1), Directions, dimension);
    }

    /// <summary>Numbers per vector.</summary>
    public int Dimension { get; }

    /// <summary>Makes a vector.</summary>
    /// <param name="number">Which one; each number gives the same vector every time.</param>
    /// <param name="vector">Shape <c>[Dimension]</c>.</param>
    public void Make(long number, Span<float> vector)
    {
        var random = new SplitMix64(_seed, (ulong)number);
        _centres[random.Next() % (ulong)_centres.Length].CopyTo(vector);
        foreach (float[] direction in _directions)
        {
            float share = MixtureScale * random.Between(-1, 1);
            for (int i = 0; i < vector.Length; i++)
                vector[i] += share * direction[i];
        }

        for (int i = 0; i < vector.Length; i++)
            vector[i] += NoiseScale * random.Between(-1, 1);
    }

    private static float[][] Draw(ulong seed, int count, int dimension)
    {
        float[][] rows = new float[count][];
        for (int row = 0; row < count; row++)
        {
            var random = new SplitMix64(seed, (ulong)row);
            rows[row] = new float[dimension];
            for (int i = 0; i < dimension; i++)
                rows[row][i] = random.Between(-1, 1);
        }

        return rows;
    }
}
