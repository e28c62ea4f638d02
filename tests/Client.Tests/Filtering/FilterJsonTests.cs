namespace VectorStore.Client.Tests.Filtering;

/// <summary>The filter that travels is the one that was meant: the engine reads it, and writes the same.</summary>
public sealed class FilterJsonTests
{
    [Fact]
    public void Filter_OfEveryKindOfCondition_ReadsTheSameInTheEngine()
    {
        var filter = new Filter(
            must:
            [
                new MatchCondition("a.b", "ü\"\\"),
                new MatchCondition("n", ulong.MaxValue),
                new MatchCondition("m", long.MinValue),
                new MatchCondition("t", true),
                new RangeCondition("x", greaterThan: 1, greaterThanOrEqual: -2.5, lessThan: ulong.MaxValue, lessThanOrEqual: 1e300),
                new Filter(),
            ],
            should: [new MatchAnyCondition("k", "x", 3, false), new MatchAnyCondition("none")],
            mustNot: [new Filter(should: [new Filter(mustNot: [new RangeCondition("y", lessThan: 0.1)])])]);
        string json = filter.ToString();
        Assert.Equal(Engine.Filter.FromJson(json).ToString(), json);
    }

    [Fact]
    public void Filter_FromJson_TravelsAsItIsAndInsideOthers()
    {
        const string Text = """{ "must" : [ {"key":"a","match":{"value":1}} ] }""";
        var raw = Filter.FromJson(Text);
        Assert.Equal(Text, raw.ToString());
        Assert.Empty(raw.Must);
        Assert.Equal($$"""{"should":[{{Text}}]}""", new Filter(should: [raw]).ToString());

        // What is no JSON cannot change the meaning of what is around it.
        var torn = Filter.FromJson("""{}],"must_not":[""");
        Assert.Throws<InvalidRequestException>(() => new Filter(must: [torn]).ToString());
        Assert.Throws<InvalidRequestException>(() => Filter.FromJson(""));
    }

    [Fact]
    public void Filter_DeeperThanAllowed_IsRefusedBeforeItExists()
    {
        var filter = new Filter();
        for (int depth = 1; depth < Filter.DepthMax; depth++)
            filter = new Filter(must: [filter]);

        var error = Assert.Throws<InvalidRequestException>(() => new Filter(must: [filter]));
        var inProcess = Assert.Throws<Engine.InvalidRequestException>(() =>
        {
            var deep = new Engine.Filter();
            for (int depth = 0; depth < Filter.DepthMax; depth++)
                deep = new Engine.Filter(must: [deep]);
        });
        Assert.Equal(inProcess.Message, error.Message);
    }

    [Fact]
    public void Numbers_OfTheClientAndTheEngine_CompareAlike()
    {
        double[] doubles = [0, -0.0, 0.5, 9007199254740993, 1e18, 18446744073709551616.0, -9223372036854775808.0, 1e300, -1e300];
        foreach (double left in doubles)
        {
            foreach (double right in doubles)
                Assert.Equal(Engine.FilterNumber.FromDouble(left).CompareTo(right), FilterNumber.FromDouble(left).CompareTo(right));

            Assert.Equal(Engine.FilterNumber.FromDouble(left).ToString(), FilterNumber.FromDouble(left).ToString());
            Assert.Equal(Engine.FilterNumber.FromUInt64(ulong.MaxValue).CompareTo(left), FilterNumber.FromUInt64(ulong.MaxValue).CompareTo(left));
        }

        Assert.Throws<InvalidRequestException>(() => FilterNumber.FromDouble(double.NaN));
    }
}
