using System.Buffers;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

public sealed partial class SearchRequestCodec
{
    /// <inheritdoc/>
    public SearchMessage Read(in ReadOnlySequence<byte> message)
    {
        var reader = new WireReader(message, Descriptor.FullName);
        long filterBytes = 0;
        return Read(ref reader, ref filterBytes, depth: 0, list: null, index: 0);
    }

    /// <summary>Reads to the end of the message that the reader is in.</summary>
    /// <param name="reader">At the first field.</param>
    /// <param name="filterBytes">Bytes of the filters so far, in this search and those before it in one request.</param>
    /// <param name="depth">Messages around this one.</param>
    /// <param name="list">The list that the message is in, for errors; null: none.</param>
    /// <param name="index">Position in the list.</param>
    internal static SearchMessage Read(ref WireReader reader, ref long filterBytes, int depth, string? list, int index)
    {
        reader.Narrow();
        var memory = new MessageMemory();
        var message = new SearchMessage(memory);
        try
        {
            ReadFields(ref reader, message, memory, ref filterBytes, depth, list, index);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static void ReadFields(
        ref WireReader reader, SearchMessage message, MessageMemory memory, ref long filterBytes, int depth, string? list, int index)
    {
        FloatRun vector = default;
        VectorParts encoded = default;
        ReadOnlySequence<byte> filterJson = default;
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case CollectionTag:
                    message.Collection = reader.ReadString();
                    continue;
                case VectorPackedTag:
                    VectorReader.ReadPacked(ref reader, ref vector, memory);
                    continue;
                case VectorTag:
                    VectorReader.ReadOne(ref reader, ref vector, memory);
                    continue;
                case EncodedVectorTag:
                    VectorReader.Read(ref reader, ref encoded, memory, depth + 1);
                    continue;
                case VectorNameTag:
                    message.VectorName = reader.ReadString();
                    continue;
                case LimitTag:
                    message.Limit = reader.ReadInt32();
                    continue;
                case OffsetTag:
                    message.Offset = reader.ReadInt32();
                    continue;
                case EfTag:
                    message.Ef = reader.ReadInt32();
                    continue;
                case ExactTag:
                    message.Exact = reader.ReadBool();
                    continue;
                case ScoreThresholdTag:
                    message.ScoreThreshold = reader.ReadFloat();
                    continue;
                case FilterTag:
                    var filter = GeneratedCodec<Filter>.Instance.Read(ReadFilterBytes(ref reader, ref filterBytes, new FieldPath(list, index, "filter")));
                    if (message.Filter is null)
                        message.Filter = filter;
                    else
                        message.Filter.MergeFrom(filter);

                    continue;
                case FilterJsonTag:
                    filterJson = ReadFilterBytes(ref reader, ref filterBytes, new FieldPath(list, index, "filter_json"));
                    continue;
                case WithPayloadTag:
                    message.WithPayload = reader.ReadBool();
                    continue;
                case WithVectorsTag:
                    message.WithVectors = reader.ReadBool();
                    continue;
                case PayloadFormTag:
                    message.PayloadForm = (PayloadForm)reader.ReadInt32();
                    continue;
                case OversamplingTag:
                    message.Oversampling = reader.ReadDouble();
                    continue;
                case RescoreTag:
                    message.Rescore = reader.ReadBool();
                    continue;
                case TargetRecallTag:
                    message.TargetRecall = reader.ReadDouble();
                    continue;
                case not 0:
                    reader.SkipField(tag, depth);
                    continue;
            }

            break;
        }

        if (encoded.IsPresent && vector.Count > 0)
            MessageErrors.ThrowConflict(new FieldPath(list, index, "encoded_vector"), "vector");
        if (message.Filter is not null && !filterJson.IsEmpty)
            MessageErrors.ThrowConflict(new FieldPath(list, index, "filter_json"), "filter");

        message.Vector = encoded.IsPresent
            ? VectorReader.Finish(ref encoded, memory, reader.RemainingBytes, new FieldPath(list, index, "encoded_vector"))
            : vector.Memory;

        // Not pooled: filters may outlive the call, in a cache of compiled ones.
        message.FilterJson = filterJson.IsEmpty ? default : filterJson.ToArray();
    }

    /// <summary>Conditions cost many times their bytes once they are objects, so they are limited before they are.</summary>
    private static ReadOnlySequence<byte> ReadFilterBytes(ref WireReader reader, ref long filterBytes, in FieldPath path)
    {
        var bytes = reader.ReadBytes();
        filterBytes += bytes.Length;
        if (filterBytes > FilterBytesMax)
            MessageErrors.ThrowFilterBytes(path, FilterBytesMax, filterBytes);

        return bytes;
    }
}
