namespace VectorStore.Client;

/// <summary>How the nearness of two vectors is measured..</summary>
public enum Metric : byte
{
    /// <summary>Score = cosine of the angle, −1 to 1. Vectors are normalised to unit length when stored, and returned so.</summary>
    Cosine = 1,

    /// <summary>Score = inner product, unbounded.</summary>
    Dot = 2,

    /// <summary>Score = minus the Euclidean (L2) distance, so 0 is identical and higher is closer.</summary>
    Euclidean = 3,

    /// <summary>Score = minus the Manhattan (L1) distance, so 0 is identical and higher is closer.</summary>
    Manhattan = 4,
}
