namespace VectorStore.Engine.Tests.Payloads;

public sealed class PayloadChangeTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"b":3,"c":4}""", """{"a":1,"b":3,"c":4}""")]
    [InlineData("""{}""", """{"x":[1,{"y":2}]}""", """{"x":[1,{"y":2}]}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":9}}""", """{"a":{"b":9}}""")]
    [InlineData("""{"a":1}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"a\"\\":1,"a.b":2}""", """{"a\u0022\\":3,"a.b":4}""", """{"a\"\\":3,"a.b":4}""")]
    [InlineData("""{"n":1.50,"m":12345678901234567890123}""", """{"k":true}""", """{"n":1.50,"m":12345678901234567890123,"k":true}""")]
    [InlineData(null, """{"a":1}""", """{"a":1}""")]
    public void Set_ReplacesTheNamedFieldsInTheirPlaces_AndAddsTheOthersBehind(string? before, string fields, string expected) =>
        Assert.Equal(expected, Apply(PayloadChange.Set(Payload.FromJson(fields)), before));

    [Theory]
    [InlineData("""{"a":1,"b":{"c":[2]},"d":3}""", new[] { "b", "x", "b" }, """{"a":1,"d":3}""")]
    [InlineData("""{"a":1}""", new[] { "a" }, "{}")]
    [InlineData("""{"a":{"b":1}}""", new[] { "a.b", "b" }, """{"a":{"b":1}}""")]
    [InlineData("""{"ä\n":1,"b":2}""", new[] { "ä\n" }, """{"b":2}""")]
    [InlineData(null, new[] { "a" }, null)]
    public void DeleteFields_TakesOutTheNamedFieldsOfTheOutermostObject(string? before, string[] fields, string? expected) =>
        Assert.Equal(expected, Apply(PayloadChange.DeleteFields(fields), before));

    [Fact]
    public void OverwriteAndClear_DoNotLookAtWhatWasThere()
    {
        Assert.Equal("""{"b":2}""", Apply(PayloadChange.Overwrite(Payload.FromJson("""{"b":2}""")), """{"a":1}"""));
        Assert.Equal("{}", Apply(PayloadChange.Overwrite(Payload.FromJson("{}")), null));
        Assert.Null(Apply(PayloadChange.Clear, """{"a":1}"""));
        Assert.False(PayloadChange.Clear.NeedsBefore);
    }

    [Fact]
    public void WhatIsMerged_IsWhatReadingTheTextWouldStore()
    {
        string merged = Apply(PayloadChange.Set(Payload.FromJson("""{"k é":"v\u00e9","z":1}""")), Payload.FromJson("""{ "a" : [1, 2] }""").ToString())!;
        Assert.Equal(Payload.FromJson(merged).ToString(), merged);
    }

    [Fact]
    public void Set_BeyondTheLimitsOfAPayload_IsRefusedWithBothNumbers()
    {
        string large = $$"""{"a":"{{new string('x', 700_000)}}"}""";
        var tooLarge = Assert.Throws<InvalidRequestException>(() => Apply(PayloadChange.Set(Payload.FromJson(large.Replace("\"a\"", "\"b\"", StringComparison.Ordinal))), large));
        Assert.Equal(ErrorReason.PayloadTooLarge, tooLarge.Reason);
        Assert.Contains("point 7: a payload has at most 1048576 bytes as compact JSON, with these fields it would have 1400015", tooLarge.Message, StringComparison.Ordinal);

        string many = "{" + string.Join(',', Enumerable.Range(0, 999).Select(key => $"\"k{key}\":1")) + "}";
        Assert.NotNull(Apply(PayloadChange.Set(Payload.FromJson("""{"k3":2,"x":1}""")), many));
        var tooMany = Assert.Throws<InvalidRequestException>(() => Apply(PayloadChange.Set(Payload.FromJson("""{"x":{"y":1}}""")), many));
        Assert.Equal(ErrorReason.InvalidPayload, tooMany.Reason);
        Assert.Contains("at most 1000 keys, with these fields it would have 1001", tooMany.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AChangeThatSaysNothing_IsRefused()
    {
        Assert.Equal(ErrorReason.EmptyRequest, Assert.Throws<InvalidRequestException>(() => PayloadChange.Set(Payload.FromJson("{}"))).Reason);
        Assert.Equal(ErrorReason.EmptyRequest, Assert.Throws<InvalidRequestException>(() => PayloadChange.DeleteFields([])).Reason);
        Assert.Equal(ErrorReason.InvalidName, Assert.Throws<InvalidRequestException>(() => PayloadChange.DeleteFields([null!])).Reason);
        Assert.Equal(ErrorReason.OutOfRange, Assert.Throws<InvalidRequestException>(() => PayloadChange.DeleteFields([.. Enumerable.Repeat("a", 1001)])).Reason);
    }

    private static string? Apply(PayloadChange change, string? before)
    {
        ReadOnlyMemory<byte>? stored = before is null ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(before);
        return change.ApplyTo(7, stored) is { } after ? System.Text.Encoding.UTF8.GetString(after.Span) : null;
    }
}
