using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>A SearchRequest without generated parts on its usual path.</summary>
/// <remarks>Disposing returns the vector's memory to a pool: it may not be used afterwards.</remarks>
public sealed partial class SearchMessage : IDisposable
{
    /// <summary>Empty where the request names none.</summary>
    public string Collection { get; set; } = "";

    /// <summary>The query, from <c>vector</c> or <c>encoded_vector</c>.</summary>
    public ReadOnlyMemory<float> Vector { get; set; }

    /// <summary>Empty: the only one.</summary>
    public string VectorName { get; set; } = "";

    /// <summary>Null where absent.</summary>
    public int? Limit { get; set; }

    /// <summary>0 where absent.</summary>
    public int Offset { get; set; }

    /// <summary>Null where absent.</summary>
    public int? Ef { get; set; }

    /// <summary>Measure every point.</summary>
    public bool Exact { get; set; }

    /// <summary>Null where absent.</summary>
    public float? ScoreThreshold { get; set; }

    /// <summary>Null where absent.</summary>
    public Filter? Filter { get; set; }

    /// <summary>The filter as JSON text; empty where absent.</summary>
    public ReadOnlyMemory<byte> FilterJson { get; set; }

    /// <summary>Null where absent, which means true.</summary>
    public bool? WithPayload { get; set; }

    /// <summary>Return vectors.</summary>
    public bool WithVectors { get; set; }

    /// <summary>How payloads are returned.</summary>
    public PayloadForm PayloadForm { get; set; }

    /// <summary>Null where absent.</summary>
    public double? Oversampling { get; set; }

    /// <summary>Null where absent, which means true.</summary>
    public bool? Rescore { get; set; }

    /// <summary>Null where absent.</summary>
    public double? TargetRecall { get; set; }
}
