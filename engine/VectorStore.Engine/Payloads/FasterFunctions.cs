using System.Buffers;
using FASTER.core;

namespace VectorStore.Engine.Payloads;

/// <summary>What FASTER does with a value: stores its bytes, and hands them out into the buffer of the reader.</summary>
internal sealed class FasterFunctions : SpanByteFunctions<FasterKey, ArrayBufferWriter<byte>, Empty>
{
    public override bool SingleReader(ref FasterKey key, ref SpanByte input, ref SpanByte value, ref ArrayBufferWriter<byte> dst, ref ReadInfo readInfo) =>
        Read(ref value, dst);

    public override bool ConcurrentReader(ref FasterKey key, ref SpanByte input, ref SpanByte value, ref ArrayBufferWriter<byte> dst, ref ReadInfo readInfo) =>
        Read(ref value, dst);

    private static bool Read(ref SpanByte value, ArrayBufferWriter<byte> destination)
    {
        // FASTER may ask again after a retry; the last answer is the one that counts.
        destination.ResetWrittenCount();
        destination.Write(value.AsReadOnlySpan());
        return true;
    }
}
