using System.Text;

namespace VectorStore.Engine.Tests.Filtering;

public sealed class FilterJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{\"must\":[{\"key\":\"label\",\"match\":{\"value\":3}}]}")]
    [InlineData("{\"should\":[{\"key\":\"a.b\",\"match\":{\"any\":[\"x\",-9223372036854775808,18446744073709551615,true]}}],\"must_not\":[{\"key\":\"c\",\"match\":{\"value\":false}}]}")]
    [InlineData("{\"must\":[{\"key\":\"p\",\"range\":{\"gt\":-1.5,\"gte\":0,\"lt\":1E+300,\"lte\":18446744073709551615}},{\"must\":[{\"key\":\"é\",\"match\":{\"any\":[]}}]}]}")]
    public void FromJson_OfAFilter_IsWrittenBackTheSame(string json) => Assert.Equal(json, Filter.FromJson(json).ToString());

    [Fact]
    public void Constructors_AndJson_MakeTheSameFilter()
    {
        var filter = new Filter(
            must: [new MatchCondition("label", 3), new RangeCondition("price", greaterThanOrEqual: 1.5, lessThan: 20)],
            should: [new Filter(must: [new MatchCondition("open", true)]), new MatchCondition("name", "x")],
            mustNot: [new MatchAnyCondition("tag", "old", 5L, 6UL)]);
        const string Json =
            """{"must":[{"key":"label","match":{"value":3}},{"key":"price","range":{"gte":1.5,"lt":20}}],"should":[{"must":[{"key":"open","match":{"value":true}}]},{"key":"name","match":{"value":"x"}}],"must_not":[{"key":"tag","match":{"any":["old",5,6]}}]}""";
        Assert.Equal(Json, filter.ToString());
        Assert.Equal(Json, Filter.FromJson(Json).ToString());
    }

    [Theory]
    [InlineData("", "filter")]
    [InlineData("[]", "filter")]
    [InlineData("{\"must\":[]} x", "filter")]
    [InlineData("{\"must\":[],\"must\":[]}", "filter")]
    [InlineData("{\"musst\":[]}", "filter")]
    [InlineData("{\"must\":{}}", "filter.must")]
    [InlineData("{\"must\":[1]}", "filter.must[0]")]
    [InlineData("{\"must\":[{}]}", "filter.must[0]")]
    [InlineData("{\"must\":[{\"must_not\":[{\"key\":\"a\"}]}]}", "filter.must[0].must_not[0]")]
    [InlineData("{\"must\":[{\"key\":1,\"match\":{\"value\":1}}]}", "filter.must[0].key")]
    [InlineData("{\"must\":[{\"key\":\"\",\"match\":{\"value\":1}}]}", "filter.must[0].key")]
    [InlineData("{\"must\":[{\"key\":\"a..b\",\"match\":{\"value\":1}}]}", "filter.must[0].key")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1},\"range\":{\"gt\":1}}]}", "filter.must[0]")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1},\"x\":1}]}", "filter.must[0]")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{}}]}", "filter.must[0].match")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1,\"any\":[]}}]}", "filter.must[0].match")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":1.5}}]}", "filter.must[0].match.value")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":18446744073709551616}}]}", "filter.must[0].match.value")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":null}}]}", "filter.must[0].match.value")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"value\":\"\\ud800\"}}]}", "filter.must[0].match.value")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"any\":3}}]}", "filter.must[0].match.any")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"match\":{\"any\":[1,[]]}}]}", "filter.must[0].match.any[1]")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"range\":{}}]}", "filter.must[0].range")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"range\":{\"gt\":\"1\"}}]}", "filter.must[0].range.gt")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"range\":{\"lt\":1e999}}]}", "filter.must[0].range.lt")]
    [InlineData("{\"must\":[{\"key\":\"a\",\"range\":{\"from\":1}}]}", "filter.must[0].range")]
    public void FromJson_OfAMistake_NamesTheField(string json, string field)
    {
        var refused = Assert.Throws<InvalidRequestException>(() => Filter.FromJson(json));
        Assert.Equal(ErrorReason.InvalidFilter, refused.Reason);
        Assert.Equal(field, refused.Field);
    }

    [Fact]
    public void FromJson_BeyondADepthOf16_IsRefusedWithBothNumbers()
    {
        Assert.NotNull(Filter.FromJson(Nested(Filter.DepthMax)));
        var refused = Assert.Throws<InvalidRequestException>(() => Filter.FromJson(Nested(Filter.DepthMax + 1)));
        Assert.Equal(ErrorReason.InvalidFilter, refused.Reason);
        Assert.Equal("filter" + string.Concat(Enumerable.Repeat(".must[0]", 16)), refused.Field);
        Assert.Contains("16", refused.Message, StringComparison.Ordinal);
        Assert.Contains("17", refused.Message, StringComparison.Ordinal);

        foreach (int bomb in new[] { 18, 100, 200_000 })
            Assert.Equal(ErrorReason.InvalidFilter, Assert.Throws<InvalidRequestException>(() => Filter.FromJson(Nested(bomb))).Reason);

        static string Nested(int depth)
        {
            var json = new StringBuilder();
            for (int i = 1; i < depth; i++)
                json.Append("{\"must\":[");
            json.Append("{\"must\":[{\"key\":\"a\",\"match\":{\"any\":[1]}}]}");
            for (int i = 1; i < depth; i++)
                json.Append("]}");
            return json.ToString();
        }
    }

    [Fact]
    public void Constructor_BeyondADepthOf16_IsRefused()
    {
        var filter = new Filter(must: [new MatchCondition("a", 1)]);
        for (int depth = 2; depth <= Filter.DepthMax; depth++)
            filter = new Filter(mustNot: [filter]);
        Assert.Equal(ErrorReason.InvalidFilter, Assert.Throws<InvalidRequestException>(() => new Filter(should: [filter])).Reason);
    }

    [Fact]
    public void LimitsOfConditionsValuesAndKeys_AreExact()
    {
        string condition = "{\"key\":\"a\",\"match\":{\"value\":1}}";
        Assert.NotNull(Filter.FromJson($"{{\"must\":[{Repeat(condition, 1000)}]}}"));
        AssertRefused($"{{\"must\":[{Repeat(condition, 1001)}]}}", "filter.must[1000]", "1000", "1001");
        AssertRefused($"{{\"must\":[{{\"should\":[{Repeat(condition, 999)}]}},{condition}]}}", "filter.must[1]", "1000", "1001");

        string any = "{{\"key\":\"a\",\"match\":{{\"any\":[{0}]}}}}";
        Assert.NotNull(Filter.FromJson($"{{\"must\":[{string.Format(any, Repeat("1", 9_999))},{condition}]}}"));
        AssertRefused($"{{\"must\":[{string.Format(any, Repeat("1", 10_000))},{condition}]}}", "filter.must[1].match.value", "10000", "10001");

        string longest = new('k', 256);
        Assert.NotNull(Filter.FromJson($"{{\"must\":[{{\"key\":\"{longest}\",\"match\":{{\"value\":1}}}}]}}"));
        AssertRefused($"{{\"must\":[{{\"key\":\"{longest}k\",\"match\":{{\"value\":1}}}}]}}", "filter.must[0].key", "256", "257");

        Assert.Throws<InvalidRequestException>(() => new Filter(must: Enumerable.Range(0, 1001).Select(i => new MatchCondition("a", i))));
        Assert.Throws<InvalidRequestException>(() => new MatchAnyCondition("a", Enumerable.Range(0, 10_001).Select(i => (FilterValue)i)));
        Assert.Throws<InvalidRequestException>(() => new RangeCondition("a", greaterThan: double.NaN));

        static string Repeat(string text, int count) => string.Join(',', Enumerable.Repeat(text, count));

        static void AssertRefused(string json, string field, string limit, string got)
        {
            var refused = Assert.Throws<InvalidRequestException>(() => Filter.FromJson(json));
            Assert.Equal(ErrorReason.InvalidFilter, refused.Reason);
            Assert.Equal(field, refused.Field);
            Assert.Contains(limit, refused.Message, StringComparison.Ordinal);
            Assert.Contains(got, refused.Message, StringComparison.Ordinal);
        }
    }
}
