namespace VectorStore.Protocol.Hot;

/// <summary>What a <see cref="PointKey"/> holds.</summary>
public enum PointKeyKind : byte
{
    /// <summary>Nothing: the message has neither <c>id</c> nor <c>uuid</c>.</summary>
    None = 0,

    /// <summary>An integer.</summary>
    Integer = 1,

    /// <summary>A UUID.</summary>
    Uuid = 2,

    /// <summary>A text in place of a UUID.</summary>
    Invalid = 3,
}
