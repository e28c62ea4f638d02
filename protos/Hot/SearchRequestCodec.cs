using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads and writes <c>vectorstore.v1.SearchRequest</c> by hand. Stateless and thread-safe.</summary>
/// <remarks>
/// Agrees with the generated parser, and is stricter in this: texts are UTF-8, and no length is negative; a vector has one form of a length that fits (MALFORMED_VECTOR); of fields
/// that exclude each other one is set (CONFLICTING_FIELDS). Messages inside a filter are counted from the filter on, so it may be a level deeper.
/// </remarks>
public sealed partial class SearchRequestCodec : IMessageCodec<SearchMessage>
{
    /// <summary>Most bytes of the filters of one request, in either form.</summary>
    public const int FilterBytesMax = 1 << 20;

    private const uint CollectionTag = (1 << 3) | 2;
    private const uint VectorPackedTag = (2 << 3) | 2;
    private const uint VectorTag = (2 << 3) | 5;
    private const uint EncodedVectorTag = (3 << 3) | 2;
    private const uint VectorNameTag = (4 << 3) | 2;
    private const uint LimitTag = 5 << 3;
    private const uint OffsetTag = 6 << 3;
    private const uint EfTag = 7 << 3;
    private const uint ExactTag = 8 << 3;
    private const uint ScoreThresholdTag = (9 << 3) | 5;
    private const uint FilterTag = (10 << 3) | 2;
    private const uint FilterJsonTag = (11 << 3) | 2;
    private const uint WithPayloadTag = 12 << 3;
    private const uint WithVectorsTag = 13 << 3;
    private const uint PayloadFormTag = 14 << 3;
    private const uint OversamplingTag = (15 << 3) | 1;
    private const uint RescoreTag = 16 << 3;
    private const uint TargetRecallTag = (17 << 3) | 1;

    private SearchRequestCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static SearchRequestCodec Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => SearchRequest.Descriptor;

    /// <inheritdoc/>
    public int Measure(SearchMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = checked(WireSize.OfString(CollectionTag, message.Collection)
            + WireSize.OfFloats(VectorPackedTag, message.Vector.Length)
            + WireSize.OfString(VectorNameTag, message.VectorName));
        if (message.Limit is { } limit)
            size += WireSize.OfInt32(LimitTag, limit);
        if (message.Offset != 0)
            size += WireSize.OfInt32(OffsetTag, message.Offset);
        if (message.Ef is { } ef)
            size += WireSize.OfInt32(EfTag, ef);
        if (message.Exact)
            size += WireSize.OfField(ExactTag, 1);
        if (message.ScoreThreshold is not null)
            size += WireSize.OfFloat(ScoreThresholdTag);
        if (message.Filter is not null)
            size = checked(size + WireSize.OfBytes(FilterTag, message.Filter.CalculateSize()));
        if (!message.FilterJson.IsEmpty)
            size = checked(size + WireSize.OfBytes(FilterJsonTag, message.FilterJson.Length));
        if (message.WithPayload is not null)
            size += WireSize.OfField(WithPayloadTag, 1);
        if (message.WithVectors)
            size += WireSize.OfField(WithVectorsTag, 1);
        if (message.PayloadForm != PayloadForm.Unspecified)
            size += WireSize.OfInt32(PayloadFormTag, (int)message.PayloadForm);
        if (message.Oversampling is not null)
            size += WireSize.OfDouble(OversamplingTag);
        if (message.Rescore is not null)
            size += WireSize.OfField(RescoreTag, 1);
        if (message.TargetRecall is not null)
            size += WireSize.OfDouble(TargetRecallTag);

        return size;
    }

    /// <inheritdoc/>
    public void Write(SearchMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new WireWriter(output);
        Write(message, ref writer);
        writer.Flush();
    }

    internal static void Write(SearchMessage message, ref WireWriter writer)
    {
        if (message.Collection.Length > 0)
            writer.WriteString(CollectionTag, message.Collection);
        if (!message.Vector.IsEmpty)
            writer.WriteFloats(VectorPackedTag, message.Vector.Span);
        if (message.VectorName.Length > 0)
            writer.WriteString(VectorNameTag, message.VectorName);
        if (message.Limit is { } limit)
            writer.WriteVarint(LimitTag, (ulong)(long)limit);
        if (message.Offset != 0)
            writer.WriteVarint(OffsetTag, (ulong)(long)message.Offset);
        if (message.Ef is { } ef)
            writer.WriteVarint(EfTag, (ulong)(long)ef);
        if (message.Exact)
            writer.WriteVarint(ExactTag, 1);
        if (message.ScoreThreshold is { } threshold)
            writer.WriteFloat(ScoreThresholdTag, threshold);
        if (message.Filter is not null)
            writer.WriteMessage(FilterTag, message.Filter, message.Filter.CalculateSize());
        if (!message.FilterJson.IsEmpty)
            writer.WriteBytes(FilterJsonTag, message.FilterJson.Span);
        if (message.WithPayload is { } withPayload)
            writer.WriteVarint(WithPayloadTag, withPayload ? 1u : 0u);
        if (message.WithVectors)
            writer.WriteVarint(WithVectorsTag, 1);
        if (message.PayloadForm != PayloadForm.Unspecified)
            writer.WriteVarint(PayloadFormTag, (ulong)(long)(int)message.PayloadForm);
        if (message.Oversampling is { } oversampling)
            writer.WriteDouble(OversamplingTag, oversampling);
        if (message.Rescore is { } rescore)
            writer.WriteVarint(RescoreTag, rescore ? 1u : 0u);
        if (message.TargetRecall is { } recall)
            writer.WriteDouble(TargetRecallTag, recall);
    }
}
