using System.Buffers;
using Google.Protobuf.WellKnownTypes;

namespace VectorStore.Protocol.Hot;

public sealed partial class SearchResponseCodec
{
    /// <inheritdoc/>
    public SearchAnswer Read(in ReadOnlySequence<byte> message)
    {
        var reader = new WireReader(message, Descriptor.FullName);
        using var scratch = new MessageMemory();
        return Read(ref reader, scratch, depth: 0);
    }

    /// <summary>Reads to the end of the message that the reader is in.</summary>
    /// <param name="reader">At the first field.</param>
    /// <param name="scratch">Takes vectors before they are whole.</param>
    /// <param name="depth">Messages around this one.</param>
    internal static SearchAnswer Read(ref WireReader reader, MessageMemory scratch, int depth)
    {
        var answer = new SearchAnswer();
        NamedVectorParts? named = null;
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    return answer;
                case PointTag:
                    answer.Points.Add(ReadPoint(ref reader, scratch, answer.Points.Count, depth + 1, ref named));
                    break;
                default:
                    reader.SkipField(tag, depth);
                    break;
            }
        }
    }

    private static ScoredPointMessage ReadPoint(ref WireReader reader, MessageMemory scratch, int index, int depth, ref NamedVectorParts? named)
    {
        PointKey id = default;
        float score = 0;
        ulong lsn = 0;
        Struct? payload = null;
        ReadOnlySequence<byte> payloadJson = default;
        named?.Clear();

        long outer = reader.BeginMessage();
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case IdTag:
                    id = new PointKey(reader.ReadVarint());
                    continue;
                case UuidTag:
                    id = UuidText.ReadKey(ref reader);
                    continue;
                case ScoreTag:
                    score = reader.ReadFloat();
                    continue;
                case VectorsTag:
                    named ??= new NamedVectorParts();
                    named.ReadEntry(ref reader, scratch, depth + 1, new FieldPath("points", index, "vectors"));
                    continue;
                case PayloadTag:
                    payload = PointFields.ReadPayload(ref reader, payload);
                    continue;
                case PayloadJsonTag:
                    payloadJson = reader.ReadBytes();
                    continue;
                case LsnTag:
                    lsn = reader.ReadVarint();
                    continue;
                case not 0:
                    reader.SkipField(tag, depth);
                    continue;
            }

            break;
        }

        reader.EndMessage(outer);
        Dictionary<string, float[]>? vectors = null;
        if (named?.Finish(scratch, reader.RemainingBytes, new FieldPath("points", index, "vectors")) is { } finished)
        {
            vectors = new Dictionary<string, float[]>(finished.Count, StringComparer.Ordinal);
            foreach (var (name, vector) in finished)
                vectors.Add(name, vector.ToArray());
        }

        return new ScoredPointMessage
        {
            Id = id,
            Score = score,
            Lsn = lsn,
            Vectors = vectors,
            Payload = payload,
            PayloadJson = payloadJson.IsEmpty ? default : payloadJson.ToArray(),
        };
    }
}
