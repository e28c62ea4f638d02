using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VectorStore.Engine.Tests.Payloads;

public sealed class PayloadTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData(" \r\n{ \"b\" : [ 1 , 2 ] ,\t\"a\" : null } ", "{\"b\":[1,2],\"a\":null}")]
    [InlineData("{\"n\":[1.50,-0,1e5,1E+2,123456789012345678901234567890]}", "{\"n\":[1.50,-0,1e5,1E+2,123456789012345678901234567890]}")]
    [InlineData("{\"t\":\"\\u0041\\/\\u00e9<&>'é😀\\n\\\"\"}", "{\"t\":\"A/é<&>'é😀\\n\\\"\"}")]
    [InlineData("{\"\":{\"\":[[],{}]},\"x\":[true,false]}", "{\"\":{\"\":[[],{}]},\"x\":[true,false]}")]
    public void FromJson_OfAnObject_KeepsItCompactWithTheTextOfItsNumbers(string json, string compact)
    {
        var payload = Payload.FromJson(json);

        // How text beyond ASCII is escaped is the writer's choice; what it says is not.
        Assert.Equal(compact.Contains("😀", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(payload.ToString()) : Encoding.UTF8.GetBytes(compact), payload.Utf8Json.ToArray());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(compact), JsonNode.Parse(payload.ToString())));
        Assert.True(JsonElement.DeepEquals(payload.ToJsonElement(), JsonDocument.Parse(json).RootElement));
        Assert.Equal(payload.ToString(), Payload.FromUtf8Json(payload.Utf8Json.Span).ToString());
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("   ", "not valid JSON")]
    [InlineData("[]", "an array")]
    [InlineData("\"x\"", "a string")]
    [InlineData("1", "a number")]
    [InlineData("null", "null")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{\"a\":1}}", "not valid JSON")]
    [InlineData("{\"a\":1} {}", "not valid JSON")]
    [InlineData("{\"a\":1} x", "not valid JSON")]
    [InlineData("{\"a\":1,}", "not valid JSON")]
    [InlineData("{\"a\":1} // why", "not valid JSON")]
    [InlineData("{/**/}", "not valid JSON")]
    [InlineData("{\"a\":01}", "not valid JSON")]
    [InlineData("{\"a\":NaN}", "not valid JSON")]
    [InlineData("{'a':1}", "not valid JSON")]
    [InlineData("\uFEFF{}", "not valid JSON")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "'a'")]
    [InlineData("{\"a\":1,\"\\u0061\":3}", "'a'")]
    [InlineData("{\"x\":[{\"k\":{},\"k\":1}]}", "'k'")]
    [InlineData("{\"a\":\"\\ud800\"}", "unpaired surrogate")]
    [InlineData("{\"\\udc00\":1}", "unpaired surrogate")]
    public void FromJson_OfWhatIsNotOneObject_IsInvalidPayload(string json, string says)
    {
        var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromJson(json));
        Assert.Equal(ErrorReason.InvalidPayload, refused.Reason);
        Assert.Equal("payload", refused.Field);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_OfTextWithHalfASurrogatePair_IsInvalidPayload()
    {
        // Not in the table above: test attributes are stored as UTF-8, which has no such text.
        var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromJson("{\"a\":\"\ud800\"}"));
        Assert.Equal(ErrorReason.InvalidPayload, refused.Reason);
        Assert.Contains("unpaired surrogate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_OfTheSameKeyInTwoObjects_IsFine() =>
        Assert.Equal("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}", Payload.FromJson("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}").ToString());

    [Theory]
    [InlineData(new byte[] { (byte)'{', 0xff, (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xc3, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'a', (byte)'"', (byte)':', (byte)'"', 0xed, 0xa0, 0x80, (byte)'"', (byte)'}' })]
    public void FromUtf8Json_OfBytesThatAreNotUtf8_IsInvalidPayload(byte[] json)
    {
        var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromUtf8Json(json));
        Assert.Equal(ErrorReason.InvalidPayload, refused.Reason);
    }

    [Theory]
    [InlineData("{\"a\":", "}")]
    [InlineData("[", "]")]
    public void FromJson_AtTheDepthLimit_IsFineAndOneDeeperIsTooDeep(string open, string close)
    {
        string atLimit = Nested(open, close, Payload.DepthMax);
        Assert.Equal(atLimit, Payload.FromJson(atLimit).ToString());
        Assert.Equal(atLimit, Payload.FromJson(atLimit).ToJsonElement().GetRawText());

        foreach (int depth in new[] { Payload.DepthMax + 1, Payload.DepthMax + 2, 1_000_000 })
        {
            var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromJson(Nested(open, close, depth)));
            Assert.Equal(ErrorReason.PayloadTooDeep, refused.Reason);
            Assert.Contains("32", refused.Message, StringComparison.Ordinal);
            Assert.Contains("33", refused.Message, StringComparison.Ordinal);
        }

        // The outermost is always an object.
        static string Nested(string open, string close, int depth)
        {
            var json = new StringBuilder("{\"x\":");
            for (int i = 1; i < depth; i++)
                json.Append(open);
            json.Append(open == "[" ? "" : "0");
            for (int i = 1; i < depth; i++)
                json.Append(close);
            return json.Append('}').ToString().Replace("{\"x\":}", "{}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FromJson_AtTheKeyLimit_IsFineAndOneMoreIsInvalid()
    {
        string half = string.Join(',', Enumerable.Range(0, (Payload.KeysMax / 2) - 1).Select(i => $"\"k{i}\":{i}"));
        string atLimit = $"{{{half},\"n\":{{{half},\"m\":1}}}}";
        Assert.Equal(atLimit, Payload.FromJson(atLimit).ToString());

        var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromJson($"{{{half},\"n\":{{{half},\"m\":1,\"o\":1}}}}"));
        Assert.Equal(ErrorReason.InvalidPayload, refused.Reason);
        Assert.Contains("1000", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1001", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_AtTheSizeLimit_IsFineAndOneByteMoreIsTooLarge()
    {
        string filler = new('x', Payload.BytesMax - "{\"a\":\"\"}".Length);
        Assert.Equal(Payload.BytesMax, Payload.FromJson($"{{ \"a\" : \"{filler}\" }}").Utf8Json.Length);

        var refused = Assert.Throws<InvalidRequestException>(() => Payload.FromJson($"{{\"a\":\"{filler}x\"}}"));
        Assert.Equal(ErrorReason.PayloadTooLarge, refused.Reason);
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1048577", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromObject_OfAnObject_CopiesIt()
    {
        var source = new JsonObject { ["a"] = 1, ["b"] = new JsonArray("x", null, 2.5m), ["c"] = new JsonObject() };
        var payload = Payload.FromObject(source);
        source["a"] = 2;
        Assert.Equal("{\"a\":1,\"b\":[\"x\",null,2.5],\"c\":{}}", payload.ToString());
    }

    [Fact]
    public void FromObject_OfAHostileObject_IsRefusedForItsReason()
    {
        JsonNode deep = new JsonObject();
        for (int i = 0; i < 50_000; i++)
            deep = new JsonArray(deep);
        Assert.Equal(ErrorReason.PayloadTooDeep, Assert.Throws<InvalidRequestException>(() => Payload.FromObject(new JsonObject { ["x"] = deep })).Reason);
        Assert.Equal(ErrorReason.InvalidPayload, Assert.Throws<InvalidRequestException>(() => Payload.FromObject(new JsonObject { ["x"] = double.NaN })).Reason);
        var repeated = (JsonObject)JsonNode.Parse("{\"a\":1,\"a\":2}")!;
        Assert.Equal(ErrorReason.InvalidPayload, Assert.Throws<InvalidRequestException>(() => Payload.FromObject(repeated)).Reason);
    }

    [Fact]
    public void FromUtf8Json_OfMutatedBytes_IsAPayloadOrATypedError()
    {
        byte[] seedText = Encoding.UTF8.GetBytes("{\"a\":[1,-2.5e3,{\"b\":\"x\\u00e9\\ud83d\\ude00é\"}],\"c\":null,\"d\":{\"e\":true}}");
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] mutated = [.. seedText];
            for (int i = random.Next(1, 4); i > 0; i--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);

            try
            {
                var payload = Payload.FromUtf8Json(mutated);
                Assert.True(JsonElement.DeepEquals(payload.ToJsonElement(), JsonDocument.Parse(mutated).RootElement), $"round {round}");
            }
            catch (InvalidRequestException refused)
            {
                Assert.Equal(ErrorReason.InvalidPayload, refused.Reason);
            }
        }
    }
}
