using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Rpc.Connect.Json;

namespace VectorStore.Server.Tests.Connect;

public sealed class JsonRequestReaderTests
{
    [Theory]
    [InlineData("""{"scoreThreshold": 0.5, "withVectors": true}""")]
    [InlineData("""{"score_threshold": 0.5, "with_vectors": true}""")]
    [InlineData("""{"score\u005fthreshold": 0.5, "with\u0056ectors": true}""")]
    [InlineData("""{"score_threshold": "0.5", "with_vectors": true, "limit": null, "filter": null}""")]
    public void Read_FieldNames_AreTakenInBothSpellings(string json)
    {
        Assert.Equal(new SearchRequest { ScoreThreshold = 0.5f, WithVectors = true }, Read<SearchRequest>(json));
    }

    [Fact]
    public void Read_Integers_AreExactOver64Bits()
    {
        var request = Read<GetPointsRequest>("""{"ids": [18446744073709551615, "9007199254740993", 9007199254740993, 1.0, 1e3, "0"]}""");
        Assert.Equal([ulong.MaxValue, 9007199254740993UL, 9007199254740993UL, 1UL, 1000UL, 0UL], request.Ids);
        Assert.Equal(long.MinValue, Read<ScrollRequest>("""{"limit": -9223372036854775808}""").Limit);
    }

    [Fact]
    public void Read_Floats_AreTheNearestOnesAndTheSpecialOnes()
    {
        var request = Read<SearchRequest>("""{"vector": [0.1, -0, 1e-45, 3.4028235e38, "NaN", "Infinity", "-Infinity", "2.5", 16777217]}""");
        Assert.Equal([0.1f, -0f, float.Epsilon, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 2.5f, 16777216f], request.Vector);
    }

    [Theory]
    [InlineData("AQIDBA==")]
    [InlineData("AQIDBA")]
    [InlineData("AQIDBA=")]
    public void Read_Bytes_TakeBase64WithPaddingOrWithout(string text)
    {
        Assert.Equal([1, 2, 3, 4], Read<Vector>($$"""{"int8": "{{text}}"}""").Int8.ToByteArray());
    }

    [Fact]
    public void Read_Bytes_TakeTheAlphabetForUrls()
    {
        Assert.Equal([0xFB, 0xFF, 0xFE], Read<Vector>("""{"int8": "-__-"}""").Int8.ToByteArray());
        Assert.Equal([0xFB, 0xFF, 0xFE], Read<Vector>("""{"int8": "+\/\/+"}""").Int8.ToByteArray());
    }

    [Fact]
    public void Read_PayloadsMapsEnumsAndNestedMessages_AreReadAsTheLibraryReadsThem()
    {
        const string Json = """
            {
              "collection": "é\u00e9\ud83d\ude00\n",
              "points": [
                {"id": "7", "vector": [1, 2.5], "payload": {"a": 1, "b": [true, null, "x", {"c": -2.5e-3}], "": {}, "e": []}},
                {"uuid": "0b8e5f1c-0000-4000-8000-000000000001", "vectors": {"image": {"values": [1]}, "té\"xt": {"float16": "AAA="}}},
                {}
              ]
            }
            """;
        Assert.Equal(JsonParser.Default.Parse<UpsertRequest>(Json), Read<UpsertRequest>(Json));
        Assert.Equal(PayloadForm.Json, Read<SearchRequest>("""{"payloadForm": "PAYLOAD_FORM_JSON"}""").PayloadForm);
        Assert.Equal(PayloadForm.Json, Read<SearchRequest>("""{"payloadForm": 2}""").PayloadForm);
        Assert.Equal(Value.ForNull(), Read<Match>("""{"value": null}""").Value);
    }

    [Theory]
    [InlineData("""{"limt": 3}""", "limt", "UNKNOWN_FIELD")]
    [InlineData("""{"filter": {"must": [{"key": "a"}, {"kee": 1}]}}""", "filter.must[1].kee", "UNKNOWN_FIELD")]
    [InlineData("""{"limit": 3, "limit": 4}""", "limit", "DUPLICATE_FIELD")]
    [InlineData("""{"withVectors": true, "with_vectors": false}""", "with_vectors", "DUPLICATE_FIELD")]
    [InlineData("""{"vector": [1, 2, "x"]}""", "vector[2]", "WRONG_TYPE")]
    [InlineData("""{"vector": [1, null]}""", "vector[1]", "WRONG_TYPE")]
    [InlineData("""{"vector": [1, [2]]}""", "vector[1]", "WRONG_TYPE")]
    [InlineData("""{"vector": 1}""", "vector", "WRONG_TYPE")]
    [InlineData("""{"vector": [1, 1e39]}""", "vector[1]", "OUT_OF_RANGE")]
    [InlineData("""{"limit": 3000000000}""", "limit", "OUT_OF_RANGE")]
    [InlineData("""{"limit": 1.5}""", "limit", "OUT_OF_RANGE")]
    [InlineData("""{"limit": "ten"}""", "limit", "OUT_OF_RANGE")]
    [InlineData("""{"limit": true}""", "limit", "WRONG_TYPE")]
    [InlineData("""{"exact": "true"}""", "exact", "WRONG_TYPE")]
    [InlineData("""{"collection": 7}""", "collection", "WRONG_TYPE")]
    [InlineData("""{"collection": "\ud800"}""", "collection", "MALFORMED_JSON")]
    [InlineData("""{"exact\ud800": true}""", null, "MALFORMED_JSON")]
    [InlineData("""{"scoreThreshold": "\ud800"}""", "score_threshold", "MALFORMED_JSON")]
    [InlineData("""{"payloadForm": "JSON"}""", "payload_form", "OUT_OF_RANGE")]
    [InlineData("""{"filterJson": "%%%%"}""", "filter_json", "WRONG_TYPE")]
    [InlineData("""{"filterJson": "AQIDB"}""", "filter_json", "WRONG_TYPE")]
    [InlineData("""{"filter": {"must": [{"match": {"value": 1, "any": [1]}}]}}""", "filter.must[0].match.any", "DUPLICATE_FIELD")]
    [InlineData("""{"filter": {"must": [{"match": {"value": 9007199254740993}}]}}""", "filter.must[0].match.value", "OUT_OF_RANGE")]
    [InlineData("""[]""", null, "WRONG_TYPE")]
    [InlineData("""null""", null, "WRONG_TYPE")]
    [InlineData("""{"limit": 3""", null, "MALFORMED_JSON")]
    [InlineData("""{"limit": 3,}""", null, "MALFORMED_JSON")]
    [InlineData("""{"limit": 03}""", null, "MALFORMED_JSON")]
    [InlineData("""{} {}""", null, "MALFORMED_JSON")]
    [InlineData("""{"vector": [1, 2""", null, "MALFORMED_JSON")]
    [InlineData(" ", null, "MALFORMED_JSON")]
    [InlineData("", null, "MALFORMED_JSON")]
    public void Read_OfWhatIsNoSuchMessage_NamesTheFieldAndTheReason(string json, string? field, string reason)
    {
        var error = Assert.Throws<RpcException>(() => Read<SearchRequest>(json));
        Assert.Equal((StatusCode.InvalidArgument, reason, field), (error.Code, error.Reason, error.Field));
        if (field is not null)
            Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ErrorSentence_NamesLineColumnAndWhatWasExpected()
    {
        var wrong = Assert.Throws<RpcException>(() => Read<SearchRequest>("{\n  \"vector\": [1,\n    true]}"));
        Assert.Equal("line 3, column 5: vector[1]: expected a number, got a boolean", wrong.Message);

        var syntax = Assert.Throws<RpcException>(() => Read<SearchRequest>("{\n  \"limit\" 3}"));
        Assert.StartsWith("line 2, column 11: not JSON: ", syntax.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", syntax.Message, StringComparison.Ordinal);
    }

    /// <summary>As deep as the engine takes payloads: the parser behind the codec counts three messages for each level of JSON.</summary>
    [Fact]
    public void Read_PayloadOf32Levels_IsTaken()
    {
        string payload = string.Concat(Enumerable.Repeat("{\"a\":", 31)) + "{}" + new string('}', 31);
        Assert.Single(Read<UpsertRequest>("{\"points\":[{\"payload\":" + payload + "}]}").Points);
    }

    [Theory]
    [InlineData("""{"a": {"b": 1, "b": 2}}""", "payload.a.b", "DUPLICATE_FIELD")]
    [InlineData("""{"a": [1, {"n": 18446744073709551615}]}""", "payload.a[1].n", "OUT_OF_RANGE")]
    [InlineData("""{"a": 1e400}""", "payload.a", "OUT_OF_RANGE")]
    public void Read_PayloadThatWouldNotComeBackAsItWas_IsRefused(string payload, string field, string reason)
    {
        var error = Assert.Throws<RpcException>(() => Read<Point>($$"""{"payload": {{payload}}}"""));
        Assert.Equal((reason, field), (error.Reason, error.Field));
    }

    [Fact]
    public void Read_PayloadWithWholeNumbersThatADoubleHolds_IsTaken()
    {
        var point = Read<Point>("""{"payload": {"a": 9007199254740992, "b": 18446744073709551616, "c": -9007199254740994, "d": 9007199254740993.0}}""");
        Assert.Equal([9007199254740992d, 18446744073709551616d, -9007199254740994d, 9007199254740992d], point.Payload.Fields.Values.Select(value => value.NumberValue));
    }

    [Fact]
    public void Read_DuplicateKeysOfMaps_AreRefused()
    {
        var error = Assert.Throws<RpcException>(() => Read<Point>("""{"vectors": {"a": {"values": [1]}, "\u0061": {"values": [2]}}}"""));
        Assert.Equal(("DUPLICATE_FIELD", "vectors.a"), (error.Reason, error.Field));
    }

    [Fact]
    public void Read_DeepJson_IsRefusedAtTheLimit()
    {
        // The message itself is one level, its payload the second.
        string Nested(int levels) => "{\"payload\": {\"a\": " + new string('[', levels) + new string(']', levels) + "}}";
        Read<Point>(Nested(JsonRequestReader.DepthMax - 40));
        var error = Assert.Throws<RpcException>(() => Read<Point>(Nested(JsonRequestReader.DepthMax)));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_JSON"), (error.Code, error.Reason));
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
        Assert.Throws<RpcException>(() => Read<Point>(new string('[', 10_000_000)));
        Assert.Throws<RpcException>(() => Read<Point>(string.Concat(Enumerable.Repeat("{\"payload\":", 1_000_000))));
    }

    [Fact]
    public void Read_InvalidUtf8_NamesThePlace()
    {
        ReadOnlyMemory<byte> json = (byte[])[.. "{\n\"collection\": \"é"u8, 0xC3, 0x28, .. "\"}"u8];
        var error = Assert.Throws<RpcException>(() => Read<SearchRequest>(json));
        Assert.Equal(("MALFORMED_JSON", "line 2, column 18: the body is not UTF-8"), (error.Reason, error.Message));
    }

    /// <summary>Every way of cutting or changing a good body ends in a message or in a typed error.</summary>
    [Fact]
    public void Read_DamagedBodies_GiveAMessageOrATypedError()
    {
        byte[] good = """{"collection":"c","points":[{"id":"7","vector":[1,2.5e3],"payload":{"a":[1,"\u00e9\ud83d\ude00",null]}},{"uuid":"x","vectors":{"i":{"int8":"AQI="}}}],"requestId":"r"}"""u8.ToArray();
        var random = new Random(4711);
        int refused = 0;
        for (int round = 0; round < 50_000; round++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int change = random.Next(1, 4); change > 0; change--)
                bad[random.Next(bad.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : good[random.Next(good.Length)]);

            try
            {
                Read<UpsertRequest>(bad.AsMemory(0, random.Next(3) == 0 ? random.Next(bad.Length) : bad.Length));
            }
            catch (RpcException error)
            {
                Assert.Equal(StatusCode.InvalidArgument, error.Code);
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 50_000);
    }

    private static T Read<T>(string json)
        where T : class, IMessage<T>, new() =>
        Read<T>(Encoding.UTF8.GetBytes(json).AsMemory());

    private static T Read<T>(ReadOnlyMemory<byte> json)
        where T : class, IMessage<T>, new()
    {
        using var wire = new WireWriter(json.Length);
        JsonRequestReader.Read(json, GeneratedCodec<T>.Instance.Descriptor, wire);
        return GeneratedCodec<T>.Instance.Read(new ReadOnlySequence<byte>(wire.Written));
    }
}
