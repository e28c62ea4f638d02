using System.Text.Json;

namespace VectorStore.Engine.Payloads;

/// <summary>Where one field of a payload's outermost object lies in its stored text.</summary>
/// <param name="Name">Without escapes.</param>
/// <param name="Start">First byte of the name, its quote included.</param>
/// <param name="End">Byte after the value.</param>
/// <param name="Keys">Keys in it: its own, and those of objects inside.</param>
internal readonly record struct PayloadField(string Name, int Start, int End, int Keys)
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = Payload.DepthMax + 1 };

    /// <summary>Finds the fields of a stored payload, in order.</summary>
    public static void ReadAll(ReadOnlySpan<byte> json, List<PayloadField> fields)
    {
        var reader = new Utf8JsonReader(json, s_options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            int start = (int)reader.TokenStartIndex;
            int keys = 1;
            int depth = reader.CurrentDepth;
            do
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.PropertyName)
                    keys++;
            }
            while (reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray);

            fields.Add(new PayloadField(name, start, (int)reader.BytesConsumed, keys));
        }
    }
}
