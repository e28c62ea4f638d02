using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads and writes <c>vectorstore.v1.SearchBatchResponse</c> by hand. Stateless and thread-safe. Agrees with the generated parser as <see cref="SearchResponseCodec"/> does.</summary>
public sealed class SearchBatchResponseCodec : IMessageCodec<SearchBatchAnswer>
{
    private const uint ResultTag = (1 << 3) | 2;

    private SearchBatchResponseCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static SearchBatchResponseCodec Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => SearchBatchResponse.Descriptor;

    /// <inheritdoc/>
    public SearchBatchAnswer Read(in ReadOnlySequence<byte> message)
    {
        var reader = new WireReader(message, Descriptor.FullName);
        using var scratch = new MessageMemory();
        var answer = new SearchBatchAnswer();
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    return answer;
                case ResultTag:
                    long outer = reader.BeginMessage();
                    answer.Results.Add(SearchResponseCodec.Read(ref reader, scratch, depth: 1));
                    reader.EndMessage(outer);
                    break;
                default:
                    reader.SkipField(tag, depth: 0);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public int Measure(SearchBatchAnswer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = 0;
        foreach (var result in message.Results)
            size = checked(size + WireSize.OfBytes(ResultTag, SearchResponseCodec.Instance.Measure(result)));

        return size;
    }

    /// <inheritdoc/>
    public void Write(SearchBatchAnswer message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new WireWriter(output);
        foreach (var result in message.Results)
        {
            writer.WriteLength(ResultTag, SearchResponseCodec.Instance.Measure(result));
            SearchResponseCodec.Write(result, ref writer);
        }

        writer.Flush();
    }
}
