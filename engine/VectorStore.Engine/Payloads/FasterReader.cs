using System.Buffers;
using FASTER.core;
using FasterSession = FASTER.core.ClientSession<
    VectorStore.Engine.Payloads.FasterKey,
    FASTER.core.SpanByte,
    FASTER.core.SpanByte,
    System.Buffers.ArrayBufferWriter<byte>,
    FASTER.core.Empty,
    FASTER.core.IFunctions<VectorStore.Engine.Payloads.FasterKey, FASTER.core.SpanByte, FASTER.core.SpanByte, System.Buffers.ArrayBufferWriter<byte>, FASTER.core.Empty>>;

namespace VectorStore.Engine.Payloads;

/// <summary>One FASTER session with its buffers. Used by one thread at a time; pooled, since making one is expensive.</summary>
internal sealed class FasterReader(FasterSession session) : IDisposable
{
    // A reader that has met a large value does not keep its memory.
    private const int KeptBytesMax = 256 * 1024;

    private ArrayBufferWriter<byte> _part = new(1024);

    /// <summary>Where the parts of a value come together.</summary>
    public ArrayBufferWriter<byte> Whole { get; private set; } = new(1024);

    /// <summary>The bytes of the part that was read last.</summary>
    public ReadOnlySpan<byte> Part => _part.WrittenSpan;

    /// <summary>Reads one part, from memory or from disk, and waits for it.</summary>
    public bool TryRead(in PayloadKey key, int part)
    {
        var fasterKey = new FasterKey(key, part);
        var input = default(SpanByte);
        var status = session.Read(ref fasterKey, ref input, ref _part);
        if (!status.IsPending)
            return status.Found;

        session.CompletePendingWithOutputs(out var outputs, wait: true);
        using (outputs)
            return outputs.Next() && outputs.Current.Status.Found;
    }

    /// <summary>Makes it ready for the next value.</summary>
    public void Reset()
    {
        Whole.ResetWrittenCount();
        if (Whole.Capacity > KeptBytesMax)
            Whole = new ArrayBufferWriter<byte>(1024);
    }

    public void Dispose() => session.Dispose();
}
