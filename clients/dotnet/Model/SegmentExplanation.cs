namespace VectorStore.Client;

/// <summary>What a search did in one segment.</summary>
public sealed record SegmentExplanation
{
    /// <summary>Number of the segment.</summary>
    public required uint Segment { get; init; }

    /// <summary>Whether the segment is immutable. Growing segments are searched by their original vectors.</summary>
    public required bool Sealed { get; init; }

    /// <summary>Rows, dead ones included.</summary>
    public required uint Rows { get; init; }

    /// <summary>Rows that were alive and that the filter accepted.</summary>
    public required uint Accepted { get; init; }

    /// <summary>How it was searched.</summary>
    public required SearchPath Path { get; init; }

    /// <summary>How the vectors are encoded: what <see cref="QuantizationKind.Auto"/> became.</summary>
    public required QuantizationKind Quantization { get; init; }

    /// <summary>The encoding in words, for instance "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector".</summary>
    public required string Encoding { get; init; }

    /// <summary>How the graph lies in memory.</summary>
    public required IndexProfile Profile { get; init; }

    /// <summary>Width of the beam; 0 where no graph was walked.</summary>
    public required int Ef { get; init; }

    /// <summary>Candidates that were measured again with the original vectors.</summary>
    public required int Rescored { get; init; }

    /// <summary>Points whose links were followed.</summary>
    public required int Hops { get; init; }

    /// <summary>Distances measured or estimated, rescoring not included.</summary>
    public required long Distances { get; init; }

    /// <summary>The recall that this effort reached for sample points of the segment, where a target was given; null otherwise.</summary>
    public double? CalibratedRecall { get; init; }
}
