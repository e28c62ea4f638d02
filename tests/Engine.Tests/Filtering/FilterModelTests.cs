using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorStore.Engine.Filtering;

namespace VectorStore.Engine.Tests.Filtering;

/// <summary>Random filters over random payloads, against an evaluator that is as plain as possible.</summary>
public sealed class FilterModelTests
{
    private static readonly string[] s_keys = ["a", "b", "c", "é"];
    private static readonly string[] s_texts = ["", "x", "xy", "é", "\n\"", "3", "true"];

    private static readonly string[] s_numbers =
        ["0", "-0", "1", "2", "3", "3.0", "3e0", "2.5", "-1", "1e999", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615"];

    [Fact]
    public void Matches_OfRandomFiltersAndPayloads_AgreesWithThePlainEvaluator()
    {
        const int Seed = 20_260;
        var random = new Random(Seed);
        int matched = 0;
        for (int round = 0; round < 4_000; round++)
        {
            var filter = RandomFilter(random, depth: 3);
            var compiled = CompiledFilter.Compile(round % 2 == 0 ? filter : Filter.FromJson(filter.ToString()));
            for (int i = 0; i < 5; i++)
            {
                var payload = Payload.FromJson(RandomObject(random, depth: 3));
                bool expected = Holds(filter, JsonNode.Parse(payload.Utf8Json.Span)!.AsObject());
                Assert.True(expected == compiled.Matches(payload.Utf8Json.Span), $"seed {Seed}, round {round}: {filter} over {payload}, expected {expected}");
                matched += expected ? 1 : 0;
            }
        }

        // The generator is worth something only if both answers are common.
        Assert.InRange(matched, 2_000, 18_000);
    }

    private static bool Holds(FilterCondition condition, JsonObject payload) => condition switch
    {
        Filter filter => filter.Must.All(c => Holds(c, payload)) && !filter.MustNot.Any(c => Holds(c, payload))
            && (filter.Should.Count == 0 || filter.Should.Any(c => Holds(c, payload))),
        MatchCondition match => Values(payload, match.Key.Split('.')).Any(value => AreEqual(value, match.Value)),
        MatchAnyCondition any => Values(payload, any.Key.Split('.')).Any(value => any.Values.Any(asked => AreEqual(value, asked))),
        RangeCondition range => Values(payload, range.Key.Split('.')).Any(value => IsWithin(value, range)),
        _ => throw new InvalidOperationException(),
    };

    private static IEnumerable<JsonValue> Values(JsonNode? node, ReadOnlyMemory<string> path) => node switch
    {
        JsonArray array => array.SelectMany(element => Values(element, path)),
        JsonObject record when path.Length > 0 && record.TryGetPropertyValue(path.Span[0], out var value) => Values(value, path[1..]),
        JsonValue value when path.Length == 0 => [value],
        _ => [],
    };

    private static bool AreEqual(JsonValue value, FilterValue asked) => (value.GetValueKind(), asked.Kind) switch
    {
        (JsonValueKind.String, FilterValueKind.String) => value.GetValue<string>() == asked.ToString(),
        (JsonValueKind.True, FilterValueKind.Boolean) => asked == true,
        (JsonValueKind.False, FilterValueKind.Boolean) => asked == false,
        (JsonValueKind.Number, FilterValueKind.Integer) => Compare(value.ToJsonString(), asked.ToString()) == 0,
        _ => false,
    };

    private static bool IsWithin(JsonValue value, RangeCondition range)
    {
        if (value.GetValueKind() != JsonValueKind.Number)
            return false;

        string text = value.ToJsonString();
        return (range.GreaterThan is null || Compare(text, range.GreaterThan.Value.ToString()) > 0)
            && (range.GreaterThanOrEqual is null || Compare(text, range.GreaterThanOrEqual.Value.ToString()) >= 0)
            && (range.LessThan is null || Compare(text, range.LessThan.Value.ToString()) < 0)
            && (range.LessThanOrEqual is null || Compare(text, range.LessThanOrEqual.Value.ToString()) <= 0);
    }

    /// <summary>Compares the numbers of the generators by value. All of them are halves of integers, or beyond everything.</summary>
    private static int Compare(string left, string right) => Doubled(left).CompareTo(Doubled(right));

    private static BigInteger Doubled(string number) => number switch
    {
        "1e999" => BigInteger.Pow(10, 999),
        "2.5" => 5,
        "3.0" or "3e0" => 6,
        _ => BigInteger.Parse(number) * 2,
    };

    private static Filter RandomFilter(Random random, int depth)
    {
        return new Filter(List(2), List(2), List(1));

        FilterCondition[] List(int countMax) => [.. Enumerable.Range(0, random.Next(countMax + 1)).Select(_ => RandomCondition(random, depth))];
    }

    private static FilterCondition RandomCondition(Random random, int depth)
    {
        string key = string.Join('.', Enumerable.Range(0, random.Next(1, 3)).Select(_ => s_keys[random.Next(s_keys.Length)]));
        switch (random.Next(depth > 1 ? 4 : 3))
        {
            case 0:
                return new MatchCondition(key, RandomValue(random));
            case 1:
                return new MatchAnyCondition(key, Enumerable.Range(0, random.Next(5)).Select(_ => RandomValue(random)));
            case 2:
                int bounds = random.Next(1, 16);
                return new RangeCondition(key, Bound(1), Bound(2), Bound(4), Bound(8));

                FilterNumber? Bound(int bit) => (bounds & bit) != 0 ? RandomBound(random) : null;
            default:
                return RandomFilter(random, depth - 1);
        }
    }

    private static FilterNumber RandomBound(Random random) =>
        s_numbers[random.Next(s_numbers.Length)] switch
        {
            "1e999" or "2.5" => FilterNumber.FromDouble(2.5),
            "3.0" or "3e0" => FilterNumber.FromDouble(3),
            var text => text.StartsWith('-') ? FilterNumber.FromInt64(long.Parse(text)) : FilterNumber.FromUInt64(ulong.Parse(text)),
        };

    private static FilterValue RandomValue(Random random) => random.Next(4) switch
    {
        0 => s_texts[random.Next(s_texts.Length)],
        1 => random.Next(2) == 0,
        _ when ulong.TryParse(s_numbers[random.Next(s_numbers.Length)], out ulong integer) => integer,
        _ => random.Next(-1, 4),
    };

    private static string RandomObject(Random random, int depth)
    {
        var keys = s_keys.Where(_ => random.Next(3) > 0);
        return $"{{{string.Join(',', keys.Select(key => $"\"{key}\":{RandomJson(random, depth - 1)}"))}}}";
    }

    private static string RandomJson(Random random, int depth) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => JsonSerializer.Serialize(s_texts[random.Next(s_texts.Length)]),
        1 => random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" },
        < 5 => s_numbers[random.Next(s_numbers.Length)],
        < 7 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth - 1)))}]",
        _ => RandomObject(random, depth),
    };
}
