using System.Collections.Concurrent;
using Google.Protobuf.Reflection;

namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>The fields of a message type as JSON sees them. Built once per type, then only read.</summary>
internal sealed class JsonShape
{
    private static readonly ConcurrentDictionary<MessageDescriptor, JsonShape> s_shapes = new();

    private readonly Dictionary<string, JsonField>.AlternateLookup<ReadOnlySpan<char>> _byName;

    private JsonShape(MessageDescriptor descriptor)
    {
        Descriptor = descriptor;
        Form = descriptor.FullName switch
        {
            "google.protobuf.Struct" => JsonForm.Struct,
            "google.protobuf.Value" => JsonForm.Value,
            "google.protobuf.ListValue" => JsonForm.List,
            "google.protobuf.Empty" => JsonForm.Message,
            { } name when name.StartsWith("google.protobuf.", StringComparison.Ordinal) => JsonForm.Special,
            _ => JsonForm.Message,
        };
        Fields = [.. descriptor.Fields.InFieldNumberOrder().Select((field, index) => new JsonField(field, index))];
        var byName = new Dictionary<string, JsonField>(StringComparer.Ordinal);
        foreach (var field in Fields)
        {
            byName[field.JsonName] = field;
            byName[field.Name] = field;
            NameLengthMax = Math.Max(NameLengthMax, Math.Max(field.JsonName.Length, field.Name.Length));
        }

        _byName = byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public MessageDescriptor Descriptor { get; }

    public JsonForm Form { get; }

    /// <summary>In order of number.</summary>
    public IReadOnlyList<JsonField> Fields { get; }

    /// <summary>No field's name is longer.</summary>
    public int NameLengthMax { get; }

    public static JsonShape Of(MessageDescriptor descriptor) => s_shapes.GetOrAdd(descriptor, static key => new JsonShape(key));

    /// <summary>The field of a name, in lowerCamelCase or as in the .proto file; null where there is none.</summary>
    public JsonField? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var field) ? field : null;
}
