namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>How a field's value is laid out on the wire: the low three bits of its tag.</summary>
internal enum WireKind : uint
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}
