using System.Text;
using VectorStore.Engine.Filtering;

namespace VectorStore.Engine.Tests.Filtering;

public sealed class CompiledFilterTests
{
    [Theory]
    [InlineData("{\"label\":3}", true)]
    [InlineData("{\"label\":3.0}", true)]
    [InlineData("{\"label\":30e-1}", true)]
    [InlineData("{\"label\":[1,[2,3]]}", true)]
    [InlineData("{\"x\":{\"label\":3},\"label\":4}", false)]
    [InlineData("{\"label\":\"3\"}", false)]
    [InlineData("{\"label\":true}", false)]
    [InlineData("{\"label\":null}", false)]
    [InlineData("{\"label\":{\"label\":3}}", false)]
    [InlineData("{}", false)]
    public void MatchOfAnInteger_HoldsForEqualNumbersOnly(string payload, bool holds) => AssertMatches(new Filter(must: [new MatchCondition("label", 3)]), payload, holds);

    [Theory]
    [InlineData("{\"a\":{\"b\":\"x\"}}", true)]
    [InlineData("{\"a\":{\"b\":[\"y\",\"x\"]}}", true)]
    [InlineData("{\"a\":[{\"b\":\"y\"},7,{\"b\":\"x\"}]}", true)]
    [InlineData("{\"a\":[[{\"b\":[[\"x\"]]}]]}", true)]
    [InlineData("{\"a.b\":\"x\"}", false)]
    [InlineData("{\"a\":{\"c\":{\"b\":\"x\"}}}", false)]
    [InlineData("{\"b\":\"x\",\"a\":\"x\"}", false)]
    public void PathWithADot_WalksObjectsAndAnyArrayElement(string payload, bool holds) =>
        AssertMatches(new Filter(must: [new MatchCondition("a.b", "x")]), payload, holds);

    [Fact]
    public void StringsThatJsonEscapes_AreComparedByWhatTheySay()
    {
        var filter = new Filter(must: [new MatchCondition("q\"é", "line\nbreak\\ 😀"), new MatchAnyCondition("q\"é", "a", "line\nbreak\\ 😀")]);
        AssertMatches(filter, Payload.FromJson("{\"q\\u0022\\u00e9\":\"line\\nbreak\\\\ \\ud83d\\ude00\"}").ToString(), true);
        AssertMatches(filter, Payload.FromJson("{\"q\\u0022\\u00e9\":\"line\\nbreak\\\\ \"}").ToString(), false);
    }

    [Fact]
    public void Integers_AreComparedExactlyOverAll64Bits()
    {
        AssertMatches(new Filter(must: [new MatchCondition("n", 9007199254740993)]), "{\"n\":9007199254740993}", true);
        AssertMatches(new Filter(must: [new MatchCondition("n", 9007199254740993)]), "{\"n\":9007199254740992}", false);
        AssertMatches(new Filter(must: [new MatchCondition("n", ulong.MaxValue)]), "{\"n\":18446744073709551615}", true);
        AssertMatches(new Filter(must: [new MatchCondition("n", ulong.MaxValue)]), "{\"n\":18446744073709551616}", false);
        AssertMatches(new Filter(must: [new MatchCondition("n", -1)]), "{\"n\":18446744073709551615}", false);
        AssertMatches(new Filter(must: [new RangeCondition("n", greaterThan: long.MaxValue)]), "{\"n\":9223372036854775808}", true);
        AssertMatches(new Filter(must: [new RangeCondition("n", greaterThan: 9007199254740992.0)]), "{\"n\":9007199254740993}", true);
        AssertMatches(new Filter(must: [new RangeCondition("n", lessThan: double.MaxValue)]), "{\"n\":1e999}", false);
        AssertMatches(new Filter(must: [new RangeCondition("n", greaterThan: double.MaxValue)]), "{\"n\":1e999}", true);
    }

    [Fact]
    public void Range_OverAnArray_AsksEachElementForAllBounds()
    {
        var filter = new Filter(must: [new RangeCondition("n", greaterThan: 2, lessThan: 5)]);
        AssertMatches(filter, "{\"n\":[1,6]}", false);
        AssertMatches(filter, "{\"n\":[1,3,6]}", true);
        AssertMatches(filter, "{\"n\":\"3\"}", false);
    }

    [Fact]
    public void EmptyFilter_MatchesEverything()
    {
        AssertMatches(new Filter(), "{\"a\":1}", true);
        Assert.True(CompiledFilter.Compile(new Filter()).MatchesNoPayload);
        Assert.True(CompiledFilter.Compile(new Filter()).Matches([]));
    }

    [Fact]
    public void NoPayload_IsTreatedLikeAnEmptyOne()
    {
        foreach (string json in new[]
        {
            "{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1}}]}", "{\"must_not\":[{\"key\":\"a\",\"match\":{\"value\":1}}]}",
            "{\"should\":[{\"key\":\"a\",\"match\":{\"value\":1}},{\"must_not\":[{\"key\":\"b\",\"range\":{\"gt\":1}}]}]}",
        })
        {
            var compiled = CompiledFilter.Compile(Filter.FromJson(json));
            Assert.Equal(compiled.Matches("{}"u8), compiled.MatchesNoPayload);
            Assert.Equal(compiled.Matches("{}"u8), compiled.Matches([]));
        }
    }

    [Fact]
    public void Conditions_AreListedForAnIndexToAnswer()
    {
        var compiled = CompiledFilter.Compile(new Filter(must: [new MatchCondition("a", 1)], mustNot: [new Filter(should: [new RangeCondition("b.c", 1)])]));
        Assert.Equal(["a", "b.c"], compiled.Conditions.Select(condition => condition.Key));
        Assert.Equal(0, compiled.Root.Must[0].Condition);
        Assert.Equal(1, compiled.Root.MustNot[0].Nested!.Should[0].Condition);
    }

    [Fact]
    public void Matches_AllocatesNothing()
    {
        var compiled = CompiledFilter.Compile(Filter.FromJson(
            "{\"must\":[{\"key\":\"a.b\",\"match\":{\"any\":[\"x\",\"y\"]}},{\"key\":\"n\",\"range\":{\"gt\":1.5}}],\"must_not\":[{\"key\":\"z\",\"match\":{\"value\":9}}]}"));
        byte[] payload = Encoding.UTF8.GetBytes("{\"q\":{\"w\":[1,2,3]},\"a\":[{\"b\":\"y\"}],\"n\":[1,2.5],\"z\":8}");
        Assert.True(compiled.Matches(payload));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            compiled.Matches(payload);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertMatches(Filter filter, string payload, bool expected)
    {
        Assert.Equal(expected, CompiledFilter.Compile(filter).Matches(Encoding.UTF8.GetBytes(payload)));
        Assert.Equal(expected, CompiledFilter.Compile(Filter.FromJson(filter.ToString())).Matches(Encoding.UTF8.GetBytes(payload)));
    }
}
