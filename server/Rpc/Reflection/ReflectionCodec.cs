using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Rpc.Reflection;

/// <summary>Reads and writes the messages of one version of the reflection service as those of v1, whose layout is the same.</summary>
/// <param name="descriptor">The type in the version that is spoken.</param>
internal sealed class ReflectionCodec<T>(MessageDescriptor descriptor) : IMessageCodec<T>
    where T : class, IMessage<T>, new()
{
    public MessageDescriptor Descriptor { get; } = descriptor;

    public T Read(in ReadOnlySequence<byte> message) => GeneratedCodec<T>.Instance.Read(message);

    public int Measure(T message) => GeneratedCodec<T>.Instance.Measure(message);

    public void Write(T message, IBufferWriter<byte> output) => GeneratedCodec<T>.Instance.Write(message, output);
}
