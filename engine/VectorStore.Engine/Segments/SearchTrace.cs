
namespace VectorStore.Engine.Segments;

/// <summary>What a search did in one index, for those who asked. Filled by the index.</summary>
internal sealed class SearchTrace
{
    public SearchPath Path { get; set; }

    public int Ef { get; set; }

    public int Rescored { get; set; }

    public int Hops { get; set; }

    /// <summary>What the effort was measured to find; null where it follows from no calibration.</summary>
    public double? CalibratedRecall { get; set; }

    public long Distances { get; set; }
}
