namespace VectorStore.Engine.Segments;

/// <summary>Persisted: values never change; unknown bits are rejected.</summary>
[Flags]
internal enum PointRowFlags : ulong
{
    None = 0,
    UuidId = 1,
    HasPayload = 2,
    All = UuidId | HasPayload,
}
