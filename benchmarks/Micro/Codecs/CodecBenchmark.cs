using System.Buffers;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;

namespace VectorStore.Benchmarks.Micro.Codecs;

/// <summary>Hand-written readers and writers of hot messages against the generated ones, on the same bytes.</summary>
internal static class CodecBenchmark
{
    // As Kestrel's pipes cut what arrives.
    private const int SegmentBytes = 4096;

    public static void Run(Stopclock clock, TextWriter output)
    {
        output.WriteLine($"{"",-44}{"generated",14}{"hand-written",14}{"ratio",8}{"allocated",14}{"allocated",14}");
        var random = new Random(1);

        byte[] search = new SearchRequest { Collection = "documents", Vector = { Vector(random, 1536) }, Limit = 10 }.ToByteArray();
        Read(clock, output, "read a search, 1536-d, one segment", search, 0, SearchRequestCodec.Instance, SearchRequest.Parser);
        Read(clock, output, "read a search, 1536-d, segments of 4 KiB", search, SegmentBytes, SearchRequestCodec.Instance, SearchRequest.Parser);

        var copy = clock.Measure(() =>
        {
            float[] rented = ArrayPool<float>.Shared.Rent(1536);
            search.AsSpan(0, 1536 * sizeof(float)).CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(rented.AsSpan()));
            ArrayPool<float>.Shared.Return(rented);
        });
        output.WriteLine($"{"  of which renting memory and copying 6 KiB",-48}{"",13}{copy.Nanoseconds,11:N0} ns{"",8}{"",14}{copy.AllocatedBytes,12:N0} B");

        var points = Enumerable.Range(0, 256).Select(id => new Point { Id = (ulong)id, Vector = { Vector(random, 784) }, PayloadJson = ByteString.CopyFromUtf8("{\"label\":7}") });
        byte[] upsert = new UpsertRequest { Collection = "fashion", Points = { points } }.ToByteArray();
        Read(clock, output, "read an upsert, 256 x 784-d, one segment", upsert, 0, UpsertRequestCodec.Instance, UpsertRequest.Parser);
        Read(clock, output, "read an upsert, 256 x 784-d, segments of 4 KiB", upsert, SegmentBytes, UpsertRequestCodec.Instance, UpsertRequest.Parser);
        Write(clock, output, "write an upsert, 256 x 784-d", upsert, UpsertRequestCodec.Instance, UpsertRequest.Parser);

        foreach (int hits in (int[])[10, 100])
        {
            var scored = Enumerable.Range(0, hits).Select(
                rank => new ScoredPoint { Id = (ulong)random.Next(), Score = 1f / (rank + 1), Lsn = (ulong)random.Next(), PayloadJson = ByteString.CopyFromUtf8("{\"label\":7,\"name\":\"boot\"}") });
            byte[] answer = new SearchResponse { Points = { scored } }.ToByteArray();
            Write(clock, output, $"write an answer of {hits} hits", answer, SearchResponseCodec.Instance, SearchResponse.Parser);
            Read(clock, output, $"read an answer of {hits} hits", answer, 0, SearchResponseCodec.Instance, SearchResponse.Parser);
        }
    }

    private static void Read<TMessage, TGenerated>(
        Stopclock clock, TextWriter output, string what, byte[] bytes, int segmentBytes, IMessageCodec<TMessage> codec, MessageParser<TGenerated> parser)
        where TGenerated : IMessage<TGenerated>
    {
        var sequence = segmentBytes == 0 ? new ReadOnlySequence<byte>(bytes) : Segment.Split(bytes, segmentBytes);
        var generated = clock.Measure(() => parser.ParseFrom(sequence));
        var byHand = clock.Measure(() => (codec.Read(sequence) as IDisposable)?.Dispose());
        Print(output, what, generated, byHand);
    }

    private static void Write<TMessage, TGenerated>(
        Stopclock clock, TextWriter output, string what, byte[] bytes, IMessageCodec<TMessage> codec, MessageParser<TGenerated> parser)
        where TGenerated : IMessage<TGenerated>
    {
        var message = parser.ParseFrom(bytes);
        var hot = codec.Read(new ReadOnlySequence<byte>(bytes));
        using var disposing = hot as IDisposable;
        var target = new ArrayBufferWriter<byte>(bytes.Length + 64);
        var generated = clock.Measure(() =>
        {
            target.ResetWrittenCount();
            message.CalculateSize();
            message.WriteTo(target);
        });
        var byHand = clock.Measure(() =>
        {
            target.ResetWrittenCount();
            codec.Measure(hot);
            codec.Write(hot, target);
        });
        Print(output, what, generated, byHand);
    }

    private static void Print(TextWriter output, string what, Timing generated, Timing byHand) =>
        output.WriteLine(
            $"{what,-48}{generated.Nanoseconds,10:N0} ns{byHand.Nanoseconds,11:N0} ns{generated.Nanoseconds / byHand.Nanoseconds,7:N1}x{generated.AllocatedBytes,12:N0} B{byHand.AllocatedBytes,12:N0} B");

    private static float[] Vector(Random random, int dimension)
    {
        float[] vector = new float[dimension];
        foreach (ref float value in vector.AsSpan())
            value = random.NextSingle();

        return vector;
    }
}
