using Google.Protobuf.Reflection;

namespace VectorStore.Server.Rpc.Reflection;

/// <summary>Descriptors as protoc writes them for others: each field with its name in JSON. Generated C# leaves those out, and clients that read descriptors do not all make them up.</summary>
internal static class JsonNames
{
    public static FileDescriptorProto AddTo(FileDescriptor file)
    {
        var proto = FileDescriptorProto.Parser.ParseFrom(file.SerializedData);
        for (int i = 0; i < file.MessageTypes.Count; i++)
            Add(file.MessageTypes[i], proto.MessageType[i]);

        return proto;
    }

    private static void Add(MessageDescriptor message, DescriptorProto proto)
    {
        foreach (var field in proto.Field)
            field.JsonName = message.FindFieldByNumber(field.Number).JsonName;

        for (int i = 0; i < message.NestedTypes.Count; i++)
            Add(message.NestedTypes[i], proto.NestedType[i]);
    }
}
