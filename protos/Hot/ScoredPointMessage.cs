using Google.Protobuf.WellKnownTypes;

namespace VectorStore.Protocol.Hot;

/// <summary>One point of a <see cref="SearchAnswer"/>.</summary>
public readonly record struct ScoredPointMessage
{
    /// <summary>The point's id.</summary>
    public PointKey Id { get; init; }

    /// <summary>Higher is closer.</summary>
    public float Score { get; init; }

    /// <summary>Position of the write that made this version.</summary>
    public ulong Lsn { get; init; }

    /// <summary>Vectors by name. Null where there are none.</summary>
    public IReadOnlyDictionary<string, float[]>? Vectors { get; init; }

    /// <summary>The payload as JSON text; empty where there is none, or it goes as <see cref="Payload"/>.</summary>
    public ReadOnlyMemory<byte> PayloadJson { get; init; }

    /// <summary>The payload as Struct; null where there is none, or it goes as <see cref="PayloadJson"/>.</summary>
    public Struct? Payload { get; init; }
}
