using System.Buffers;
using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Hot;

/// <summary>Reads and writes <c>vectorstore.v1.SearchBatchRequest</c> by hand. Stateless and thread-safe.</summary>
/// <remarks>Agrees with the generated parser as <see cref="SearchRequestCodec"/> does, and takes at most 1,000 searches (OUT_OF_RANGE).</remarks>
public sealed class SearchBatchRequestCodec : IMessageCodec<SearchBatchMessage>
{
    private const uint CollectionTag = (1 << 3) | 2;
    private const uint SearchTag = (2 << 3) | 2;
    private const int SearchesMax = 1000;
    private const string Searches = "searches";

    private SearchBatchRequestCodec()
    {
    }

    /// <summary>The only one.</summary>
    public static SearchBatchRequestCodec Instance { get; } = new();

    /// <inheritdoc/>
    public MessageDescriptor Descriptor => SearchBatchRequest.Descriptor;

    /// <inheritdoc/>
    public SearchBatchMessage Read(in ReadOnlySequence<byte> message)
    {
        var result = new SearchBatchMessage();
        try
        {
            Read(new WireReader(message, Descriptor.FullName), result);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Measure(SearchBatchMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = WireSize.OfString(CollectionTag, message.Collection);
        foreach (var search in message.Searches)
            size = checked(size + WireSize.OfBytes(SearchTag, SearchRequestCodec.Instance.Measure(search)));

        return size;
    }

    /// <inheritdoc/>
    public void Write(SearchBatchMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new WireWriter(output);
        if (message.Collection.Length > 0)
            writer.WriteString(CollectionTag, message.Collection);

        foreach (var search in message.Searches)
        {
            writer.WriteLength(SearchTag, SearchRequestCodec.Instance.Measure(search));
            SearchRequestCodec.Write(search, ref writer);
        }

        writer.Flush();
    }

    private static void Read(WireReader reader, SearchBatchMessage message)
    {
        int count = 0;
        long filterBytes = 0;
        while (true)
        {
            uint tag = reader.ReadTag();
            switch (tag)
            {
                case 0:
                    if (count > SearchesMax)
                        MessageErrors.ThrowCount(Searches, SearchesMax, count);

                    return;
                case CollectionTag:
                    message.Collection = reader.ReadString();
                    break;
                case SearchTag:
                    if (++count > SearchesMax)
                    {
                        reader.SkipField(tag, depth: 0);
                        break;
                    }

                    long outer = reader.BeginMessage();
                    message.Searches.Add(SearchRequestCodec.Read(ref reader, ref filterBytes, depth: 1, Searches, count - 1));
                    reader.EndMessage(outer);
                    break;
                default:
                    reader.SkipField(tag, depth: 0);
                    break;
            }
        }
    }
}
