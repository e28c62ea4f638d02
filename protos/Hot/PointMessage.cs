using Google.Protobuf.WellKnownTypes;

namespace VectorStore.Protocol.Hot;

/// <summary>One point of an <see cref="UpsertMessage"/>.</summary>
public readonly record struct PointMessage
{
    /// <summary>The point's id.</summary>
    public PointKey Id { get; init; }

    /// <summary>The only vector, from <c>vector</c> or <c>encoded_vector</c>. Empty where <see cref="Vectors"/> says, or nothing.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>Vectors by name. Null where the message has none.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? Vectors { get; init; }

    /// <summary>The payload as JSON text; empty where there is none, or it came as <see cref="Payload"/>.</summary>
    public ReadOnlyMemory<byte> PayloadJson { get; init; }

    /// <summary>The payload as Struct; null where there is none, or it came as <see cref="PayloadJson"/>.</summary>
    public Struct? Payload { get; init; }
}
