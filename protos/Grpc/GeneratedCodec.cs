using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace VectorStore.Protocol.Grpc;

/// <summary>The codec of a generated message. Stateless and thread-safe.</summary>
/// <typeparam name="T">The generated message.</typeparam>
/// <remarks>Messages inside one another: at most 100 deep, as the generated parser has it; deeper ones are malformed.</remarks>
public sealed class GeneratedCodec<T> : IMessageCodec<T>
    where T : class, IMessage<T>, new()
{
    private static readonly MessageParser<T> s_parser = new(() => new T());

    private GeneratedCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static GeneratedCodec<T> Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor { get; } = new T().Descriptor;

    /// <inheritdoc/>
    public T Read(in ReadOnlySequence<byte> message)
    {
        try
        {
            return s_parser.ParseFrom(message);
        }
        catch (Exception malformed) when (MalformedMessage.IsCause(malformed))
        {
            throw MalformedMessage.Create(Descriptor, malformed);
        }
    }

    /// <inheritdoc/>
    public int Measure(T message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.CalculateSize();
    }

    /// <inheritdoc/>
    public void Write(T message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.WriteTo(output);
    }
}
