using Google.Protobuf.Reflection;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>What reading and writing a field as JSON needs to know of it, looked up once.</summary>
internal sealed class JsonField(FieldDescriptor descriptor, int index)
{
    public FieldDescriptor Descriptor { get; } = descriptor;

    /// <summary>Position among the fields of its message.</summary>
    public int Index { get; } = index;

    public int Number { get; } = descriptor.FieldNumber;

    /// <summary>As in the .proto file. Errors name fields so.</summary>
    public string Name { get; } = descriptor.Name;

    /// <summary>In lowerCamelCase. Answers name fields so.</summary>
    public string JsonName { get; } = descriptor.JsonName;

    public FieldType Type { get; } = descriptor.FieldType;

    public bool IsMap { get; } = descriptor.IsMap;

    public bool IsRepeated { get; } = descriptor.IsRepeated && !descriptor.IsMap;

    public bool HasPresence { get; } = descriptor.HasPresence;

    /// <summary>The group of which at most one field may be set; null where there is none.</summary>
    public OneofDescriptor? Oneof { get; } = descriptor.RealContainingOneof;

    /// <summary>How a single value is laid out.</summary>
    public WireKind Kind { get; } = descriptor.FieldType switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireKind.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireKind.Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message or FieldType.Group => WireKind.Length,
        _ => WireKind.Varint,
    };

    /// <summary>Whether null is a value of it, not its absence.</summary>
    public bool TakesNull { get; } = descriptor.FieldType == FieldType.Message && descriptor.MessageType.FullName == "google.protobuf.Value";
}
