using System.Buffers;
using Google.Protobuf.Reflection;

namespace VectorStore.Protocol.Grpc;

/// <summary>Turns messages of one type into bytes and back. Stateless and thread-safe.</summary>
/// <typeparam name="T">A generated message, or the hand-written form of a hot one.</typeparam>
public interface IMessageCodec<T>
{
    /// <summary>The message's type on the wire.</summary>
    MessageDescriptor Descriptor { get; }

    /// <summary>Reads a message.</summary>
    /// <param name="message">All bytes of it, and no others. Valid during the call only.</param>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>: the bytes are not such a message.</exception>
    T Read(in ReadOnlySequence<byte> message);

    /// <summary>The bytes that <see cref="Write"/> will write.</summary>
    int Measure(T message);

    /// <summary>Writes a message, without any frame.</summary>
    void Write(T message, IBufferWriter<byte> output);
}
