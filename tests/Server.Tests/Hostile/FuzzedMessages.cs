using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>Messages made from their descriptors: plausible ones, and ones that somebody has damaged.</summary>
/// <param name="random">Decides.</param>
/// <param name="collection">One that is there, which most messages name.</param>
/// <param name="namedOneOf">How many of them name it; the others a name like it that is nobody's.</param>
internal sealed class FuzzedMessages(Random random, string collection, int namedOneOf = 1)
{
    private const int DepthMax = 4;

    private static readonly string[] s_texts = ["", "v", "a.b", "bad name", "../../etc/passwd", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "ü😀\u0000", new('x', 300)];

    private static readonly string[] s_json =
        ["{}", "{\"a\":1}", "{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1}}]}", "{", "[]", "null", "{\"a\":1e999}", "\uFEFF{}", "{\"a\":\"\\ud800\"}", new('[', 100)];

    /// <summary>The requests of a call, framed; most of them damaged somewhere.</summary>
    public byte[] Body(MethodDescriptor method)
    {
        List<byte> body = [];
        for (int messages = method.IsClientStreaming ? random.Next(1, 4) : 1; messages > 0; messages--)
        {
            byte[] message = Message(method.InputType, 0);
            if (random.Next(4) > 0)
                message = Damage(message);

            body.AddRange(Rpc.Frames.Raw(message));
        }

        return random.Next(16) == 0 ? Damage([.. body]) : [.. body];
    }

    private byte[] Message(MessageDescriptor type, int depth)
    {
        var stream = new MemoryStream();
        var output = new CodedOutputStream(stream);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            int times = field.IsRepeated ? random.Next(4) : random.Next(field.Name == "collection" ? 16 : 2);
            if (field.FieldType == FieldType.Float && field.IsRepeated)
                times = random.Next(2) == 0 ? TestPoints.Dimension : random.Next(12);

            // Of all values of a field that is there once, the last one counts: one is enough.
            for (times = field.IsRepeated ? times : Math.Min(times, 1); times > 0; times--)
                Write(output, field, depth);
        }

        output.Flush();
        return stream.ToArray();
    }

    private void Write(CodedOutputStream output, FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                if (depth < DepthMax)
                {
                    output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                    output.WriteBytes(ByteString.CopyFrom(Message(field.MessageType, depth + 1)));
                }

                break;
            case FieldType.String:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteString(field.Name == "collection" && random.Next(8) > 0 ? Collection() : s_texts[random.Next(s_texts.Length)]);
                break;
            case FieldType.Bytes:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(field.Name.EndsWith("json", StringComparison.Ordinal) ? ByteString.CopyFromUtf8(s_json[random.Next(s_json.Length)]) : ByteString.CopyFrom(Bytes(4 * random.Next(10))));
                break;
            case FieldType.Float:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed32);
                output.WriteFloat(random.Next(100) == 0 ? float.NaN : random.NextSingle());
                break;
            case FieldType.Double:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed64);
                output.WriteDouble(random.Next(10) == 0 ? double.NegativeInfinity : random.NextDouble());
                break;
            default:
                output.WriteTag(field.FieldNumber, WireFormat.WireType.Varint);
                output.WriteUInt64(random.Next(8) switch
                {
                    0 => ulong.MaxValue,
                    1 => (ulong)random.NextInt64(),
                    2 => int.MaxValue,
                    _ => (ulong)random.Next(8),
                });
                break;
        }
    }

    private string Collection() => namedOneOf == 1 || random.Next(namedOneOf) == 0 ? collection : $"{collection}-{random.Next(10)}";

    private byte[] Damage(byte[] message)
    {
        List<byte> bytes = [.. message];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 5), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Bytes(random.Next(1, 6)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
