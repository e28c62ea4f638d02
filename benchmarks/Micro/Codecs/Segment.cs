using System.Buffers;

namespace VectorStore.Benchmarks.Micro.Codecs;

/// <summary>A piece of a message as a pipe holds it.</summary>
internal sealed class Segment : ReadOnlySequenceSegment<byte>
{
    private Segment(ReadOnlyMemory<byte> memory, long index)
    {
        Memory = memory;
        RunningIndex = index;
    }

    public static ReadOnlySequence<byte> Split(byte[] bytes, int segmentBytes)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(segmentBytes, bytes.Length)), 0);
        var last = first;
        for (int offset = segmentBytes; offset < bytes.Length; offset += segmentBytes)
        {
            var next = new Segment(bytes.AsSpan(offset, Math.Min(segmentBytes, bytes.Length - offset)).ToArray(), offset);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
