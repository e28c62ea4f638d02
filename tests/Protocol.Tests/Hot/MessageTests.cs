using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.Tests.Support;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>What the hand-written messages promise beside the generated ones.</summary>
public sealed class MessageTests
{
    [Fact]
    public void Upsert_WithAPayloadTwice_NamesTheField()
    {
        var request = new UpsertRequest { Points = { new Point(), new Point { Payload = new Struct(), PayloadJson = ByteString.CopyFromUtf8("{}") } } };
        AssertRefused(request, "CONFLICTING_FIELDS", "points[1].payload_json", "points[1].payload_json: expected one of payload_json and payload, got both");
    }

    [Fact]
    public void Upsert_WithAVectorTwice_NamesTheField()
    {
        AssertRefused(
            new UpsertRequest { Points = { new Point { Vector = { 1 }, EncodedVector = new Vector() } } }, "CONFLICTING_FIELDS", "points[0].encoded_vector");
        AssertRefused(
            new UpsertRequest { Points = { new Point { Vector = { 1 }, Vectors = { ["a"] = new Vector() } } } }, "CONFLICTING_FIELDS", "points[0].vectors");
    }

    [Fact]
    public void Upsert_WithAVectorOfAWrongLengthOrTwoForms_NamesTheField()
    {
        AssertRefused(
            new UpsertRequest { Points = { new Point(), new Point(), new Point { Vectors = { ["image"] = new Vector { Float32 = ByteString.CopyFrom(new byte[6]) } } } } },
            "MALFORMED_VECTOR",
            "points[2].vectors.image",
            "points[2].vectors.image: float32 has 4 bytes for each component, got 6 bytes");
        AssertRefused(
            new UpsertRequest { Points = { new Point { EncodedVector = new Vector { Float16 = ByteString.CopyFrom(new byte[3]) } } } }, "MALFORMED_VECTOR", "points[0].encoded_vector");
        AssertRefused(
            new UpsertRequest { Points = { new Point { EncodedVector = new Vector { Values = { 1 }, Int8 = ByteString.CopyFrom(1) } } } },
            "MALFORMED_VECTOR",
            "points[0].encoded_vector",
            "points[0].encoded_vector: expected a vector in one form, got values and int8");
    }

    [Fact]
    public void Batch_WithAWrongSearch_NamesIt()
    {
        var batch = new SearchBatchRequest { Searches = { new SearchRequest(), new SearchRequest { EncodedVector = new Vector { Float32 = ByteString.CopyFrom(1) } } } };
        var error = Assert.Throws<RpcException>(() => SearchBatchRequestCodec.Instance.Read(Sequences.Whole(batch.ToByteArray())));
        Assert.Equal("searches[1].encoded_vector", error.Field);
    }

    [Fact]
    public void Filters_OfMoreThanTheirBytes_AreRefusedBeforeTheyAreRead()
    {
        const int Max = SearchRequestCodec.FilterBytesMax;
        byte[] conditions = [.. Enumerable.Repeat((byte[])[0x0A, 0], (Max / 2) + 1).SelectMany(condition => condition)];
        byte[] request = [0x52, .. Varint(conditions.Length), .. conditions];
        var error = Assert.Throws<RpcException>(() => SearchRequestCodec.Instance.Read(Sequences.Whole(request)));
        Assert.Equal($"filter: expected at most {Max} bytes of filters in one request, got {Max + 2}", error.Message);
        Assert.Equal((StatusCode.InvalidArgument, "OUT_OF_RANGE", "filter"), (error.Code, error.Reason, error.Field));

        // Over all searches of a batch, not for each.
        var half = new SearchRequest { FilterJson = ByteString.CopyFrom(new byte[Max / 2]) };
        SearchBatchRequestCodec.Instance.Read(Sequences.Whole(new SearchBatchRequest { Searches = { half, half } }.ToByteArray())).Dispose();
        var batch = new SearchBatchRequest { Searches = { half, half, new SearchRequest { FilterJson = ByteString.CopyFrom(1) } } };
        Assert.Equal("searches[2].filter_json", Assert.Throws<RpcException>(() => SearchBatchRequestCodec.Instance.Read(Sequences.Whole(batch.ToByteArray()))).Field);
    }

    [Fact]
    public void Read_OfTextThatIsNoUtf8_IsRefused()
    {
        foreach (byte[] bytes in (byte[][])[[0x0A, 1, 0xFF], [0x1A, 2, 0xC3, 0x28], [0x12, 4, 0x12, 2, 0xED, 0xA0]])
        {
            var error = Assert.Throws<RpcException>(() => UpsertRequestCodec.Instance.Read(Sequences.Whole(bytes)));
            Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_MESSAGE"), (error.Code, error.Reason));
        }
    }

    [Fact]
    public void Read_OfAUuid_TakesDigitsWithAndWithoutHyphensOnly()
    {
        var uuid = Guid.Parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");
        foreach (string text in (string[])["0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"])
            Assert.Equal(new PointKey(uuid), ReadId(text));

        foreach (string text in (string[])["", "x", "{0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9}", "  0a1b2c3d4e5f60718293a4b5c6d7e8f9  ", "0x1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "0a1b2c3d4e5f-6071-8293-a4b5c6d7e8f9-"])
            Assert.Equal(new PointKey(text), ReadId(text));
    }

    [Fact]
    public void Read_OfTheSameCollectionAgain_GivesTheSameText()
    {
        byte[] bytes = new SearchRequest { Collection = "the-usual-one" }.ToByteArray();
        using var first = SearchRequestCodec.Instance.Read(Sequences.Whole(bytes));
        using var second = SearchRequestCodec.Instance.Read(Sequences.Split(bytes, 100, new Random(2)));
        Assert.Same(first.Collection, second.Collection);
    }

    [Fact]
    public void Dispose_TwiceAndInAnyOrder_ReturnsMemoryOnce()
    {
        byte[] bytes = new UpsertRequest { Points = { new Point { Vector = { new float[1000] }, PayloadJson = ByteString.CopyFrom(new byte[1000]) } } }.ToByteArray();
        for (int round = 0; round < 100; round++)
        {
            var first = UpsertRequestCodec.Instance.Read(Sequences.Whole(bytes));
            var second = UpsertRequestCodec.Instance.Read(Sequences.Whole(bytes));
            first.Dispose();
            first.Dispose();
            using var third = UpsertRequestCodec.Instance.Read(Sequences.Whole(bytes));
            using var fourth = UpsertRequestCodec.Instance.Read(Sequences.Whole(bytes));
            Assert.False(third.Points[0].Vector.Span.Overlaps(fourth.Points[0].Vector.Span));
            Assert.False(third.Points[0].PayloadJson.Span.Overlaps(fourth.Points[0].PayloadJson.Span));
            Assert.False(second.Points[0].Vector.Span.Overlaps(fourth.Points[0].Vector.Span));
            Assert.Empty(first.Points);
            second.Dispose();
        }
    }

    [Fact]
    public void Dispose_OfAMessageThatWasNotRead_KeepsIt()
    {
        var message = new UpsertMessage { Points = { new PointMessage { Vector = new float[] { 1 } } } };
        message.Dispose();
        Assert.Single(message.Points);
    }

    [Fact]
    public void Read_OfALargeVector_AllocatesNothingForItOnceThePoolIsWarm()
    {
        byte[] bytes = new SearchRequest { Collection = "c", Vector = { new float[1536] }, Limit = 10 }.ToByteArray();
        var sequence = Sequences.Split(bytes, 4096, new Random(1));
        for (int round = 0; round < 10; round++)
            SearchRequestCodec.Instance.Read(sequence).Dispose();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            SearchRequestCodec.Instance.Read(sequence).Dispose();

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 600);
    }

    [Fact]
    public void Read_OfAVectorCutBySegmentsEverywhere_IsWhole()
    {
        float[] vector = [.. Enumerable.Range(0, 3000).Select(number => number / 7f)];
        byte[] bytes = new SearchRequest { Vector = { vector } }.ToByteArray();
        var random = new Random(6);
        for (int round = 0; round < 100; round++)
        {
            using var message = SearchRequestCodec.Instance.Read(Sequences.Split(bytes, random.Next(1, 5000), random));
            Assert.True(message.Vector.Span.SequenceEqual(vector));
        }
    }

    [Fact]
    public void Read_OfHalvesCutBySegments_IsWhole()
    {
        byte[] halves = new byte[5000];
        new Random(1).NextBytes(halves);
        byte[] bytes = new SearchRequest { EncodedVector = new Vector { Float16 = ByteString.CopyFrom(halves) } }.ToByteArray();
        CodecCase.All[1].Compare(bytes, Sequences.Split(bytes, 7, new Random(2)));
    }

    private static PointKey ReadId(string text)
    {
        using var message = UpsertRequestCodec.Instance.Read(Sequences.Whole(new UpsertRequest { Points = { new Point { Uuid = text } } }.ToByteArray()));
        return message.Points[0].Id;
    }

    private static void AssertRefused(UpsertRequest request, string reason, string field, string? message = null)
    {
        var error = Assert.Throws<RpcException>(() => UpsertRequestCodec.Instance.Read(Sequences.Whole(request.ToByteArray())));
        Assert.Equal((StatusCode.InvalidArgument, reason, field), (error.Code, error.Reason, error.Field));
        if (message is not null)
            Assert.Equal(message, error.Message);
    }

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 0x7F; value >>= 7)
            yield return (byte)(value | 0x80);

        yield return (byte)value;
    }
}
