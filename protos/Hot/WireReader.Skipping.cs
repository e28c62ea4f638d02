using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Hot;

internal ref partial struct WireReader
{
    /// <summary>Reads past a field that nobody knows.</summary>
    /// <param name="tag">What <see cref="ReadTag"/> returned.</param>
    /// <param name="depth">Messages around the one that is being read.</param>
    public void SkipField(uint tag, int depth)
    {
        switch ((WireFormat.WireType)(tag & 7))
        {
            case WireFormat.WireType.Varint:
                ReadVarint();
                break;
            case WireFormat.WireType.Fixed64:
                Skip(8);
                break;
            case WireFormat.WireType.LengthDelimited:
                Skip(ReadLength());
                break;
            case WireFormat.WireType.StartGroup:
                SkipGroup(tag >> 3, depth);
                break;
            case WireFormat.WireType.Fixed32:
                Skip(4);
                break;
            default:
                ThrowMalformed($"field {tag >> 3} has wire type {tag & 7}");
                break;
        }
    }

    [DoesNotReturn]
    public readonly void ThrowMalformed(string what) =>
        throw new RpcException(StatusCode.InvalidArgument, $"the bytes are not a {_messageType}: {what}", MalformedMessage.Reason);

    /// <remarks>Groups inside one another are counted instead of recursed into: their number is bounded either way.</remarks>
    private void SkipGroup(uint field, int depth)
    {
        Span<uint> open = stackalloc uint[DepthMax];
        int groups = 0;
        if (depth >= DepthMax)
            ThrowTooDeep();

        open[groups++] = field;
        while (groups > 0)
        {
            uint tag = ReadTag();
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.StartGroup:
                    if (depth + groups >= DepthMax)
                        ThrowTooDeep();

                    open[groups++] = tag >> 3;
                    break;
                case WireFormat.WireType.EndGroup:
                    if (open[--groups] != tag >> 3)
                        ThrowMalformed($"group {open[groups]} ends as group {tag >> 3}");

                    break;
                default:
                    // The end of the message has tag 0, which is no varint's.
                    if (tag == 0)
                        ThrowTruncated();

                    SkipField(tag, depth);
                    break;
            }
        }
    }

    private void Skip(int length)
    {
        if (length > _messageEnd - Position)
            ThrowTruncated();

        while (length > 0)
        {
            NeedByte();
            int step = Math.Min(length, _spanEnd - _index);
            _index += step;
            length -= step;
        }
    }

    [DoesNotReturn]
    private readonly void ThrowTruncated() => ThrowMalformed("it ends in the middle of a field, or a length in it is wrong");

    [DoesNotReturn]
    private readonly void ThrowTooDeep() => ThrowMalformed($"messages and groups inside one another: expected at most {DepthMax}, got more");
}
