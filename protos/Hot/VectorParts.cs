using System.Buffers;

namespace VectorStore.Protocol.Hot;

/// <summary>A vectorstore.v1.Vector while it is read: nothing is judged before the last byte, because later fields replace earlier ones. A mutable struct: pass it by reference.</summary>
internal struct VectorParts
{
    public FloatRun Values;
    public ReadOnlySequence<byte> Float32;
    public ReadOnlySequence<byte> Float16;
    public ReadOnlySequence<byte> Int8;

    /// <summary>Whether the message was there at all, be it empty.</summary>
    public bool IsPresent;
}
