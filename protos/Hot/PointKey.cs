namespace VectorStore.Protocol.Hot;

/// <summary>A point's id as it travels: an integer, a UUID, or, on the way to the server, a text that is no UUID, or nothing at all.</summary>
/// <remarks>What is wrong is kept, not refused: whoever knows the meaning says what is wrong with it.</remarks>
public readonly record struct PointKey
{
    /// <summary>An integer.</summary>
    public PointKey(ulong integer)
    {
        Kind = PointKeyKind.Integer;
        Integer = integer;
    }

    /// <summary>A UUID.</summary>
    public PointKey(Guid uuid)
    {
        Kind = PointKeyKind.Uuid;
        Uuid = uuid;
    }

    /// <summary>A text that is not a UUID.</summary>
    public PointKey(string invalidText)
    {
        Kind = PointKeyKind.Invalid;
        InvalidText = invalidText;
    }

    /// <summary>Which of the values is meant.</summary>
    public PointKeyKind Kind { get; }

    /// <summary>0 unless the kind is <see cref="PointKeyKind.Integer"/>.</summary>
    public ulong Integer { get; }

    /// <summary>Empty unless the kind is <see cref="PointKeyKind.Uuid"/>.</summary>
    public Guid Uuid { get; }

    /// <summary>Null unless the kind is <see cref="PointKeyKind.Invalid"/>.</summary>
    public string? InvalidText { get; }
}
