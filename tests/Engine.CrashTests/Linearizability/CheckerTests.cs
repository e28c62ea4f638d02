using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>The judge itself is judged: by histories of a register whose answer is known, and by trying all orders of small ones.</summary>
public sealed class CheckerTests
{
    private const long StepsMax = 1_000_000;

    /// <summary>Calls as <c>client: call invoked-responded</c>, where a call is w or r with a value. <c>?</c> for the response: it was never answered; <c>?9</c>: nor has it an effect after 9.</summary>
    [Theory]
    [InlineData("one after the other", true, "w1 1-2", "r1 3-4", "w2 5-6", "r2 7-8")]
    [InlineData("of what was never written", false, "w1 1-2", "r2 3-4")]
    [InlineData("the value before the first write", true, "r0 1-2", "w1 3-4")]
    [InlineData("a stale read", false, "w1 1-2", "w2 3-4", "r1 5-6")]
    [InlineData("a read beside a write may see it", true, "w1 1-2", "w2 3-8", "r2 4-5")]
    [InlineData("a read beside a write may not see it", true, "w1 1-2", "w2 3-8", "r1 4-5")]
    [InlineData("a write that is seen and then not seen any more", false, "w1 1-2", "w2 3-10", "r2 4-5", "r1 6-7")]
    [InlineData("a write that is not seen and then seen", true, "w1 1-2", "w2 3-10", "r1 4-5", "r2 6-7")]
    [InlineData("new and old by readers that overlap", true, "w1 1-2", "w2 3-10", "r2 4-8", "r1 5-9")]
    [InlineData("two writes seen in two orders", false, "w1 1-20", "w2 2-21", "r1 3-4", "r2 5-6", "r1 7-8")]
    [InlineData("Herlihy and Wing, H1 of a register", true, "w0 1-4", "w1 2-6", "r1 5-8", "r1 9-10")]
    [InlineData("a lost update", false, "w1 1-2", "w2 3-4", "w3 5-6", "r2 7-8")]
    [InlineData("not answered, and seen", true, "w1 1-2", "w2 3-?", "r1 5-6", "r2 7-8")]
    [InlineData("not answered, and never seen", true, "w1 1-2", "w2 3-?", "r1 5-6", "r1 7-8")]
    [InlineData("not answered, seen and gone again", false, "w1 1-2", "w2 3-?", "r2 5-6", "r1 7-8")]
    [InlineData("not answered, seen after its last moment", false, "w1 1-2", "w2 3-?5", "r1 6-7", "r2 8-9")]
    [InlineData("not answered, in effect by its last moment", true, "w1 1-2", "w2 3-?5", "r2 6-7", "r2 8-9")]
    [InlineData("not answered, seen before it began", false, "w1 1-2", "r2 3-4", "w2 5-?")]
    [InlineData("two not answered, in the order in which they are seen", true, "w1 1-?", "w2 2-?", "r2 3-4", "r1 5-6")]
    [InlineData("nothing", true)]
    public void Check_OfARegister_KnowsTheAnswer(string what, bool isLinearizable, params string[] calls)
    {
        var verdict = LinearizabilityChecker.Check(new Register(), [.. calls.Select((text, client) => Parse(text, client))], StepsMax);
        Assert.True(verdict.Kind == (isLinearizable ? VerdictKind.Linearizable : VerdictKind.NotLinearizable), $"{what}: {verdict}");
        Assert.Equal(isLinearizable, verdict.Explanation.Length == 0);
    }

    [Fact]
    public void Check_OfAGroup_WantsRequestsWhole()
    {
        var model = new GroupModel();
        var both = new GroupState(GroupState.Point(1, 1), GroupState.Point(1, 1), 0);
        var half = both with { Second = 0 };
        Assert.Equal(VerdictKind.Linearizable, Judge(Write(1, 10), Read(2, 3, both)));
        Assert.Equal(VerdictKind.Linearizable, Judge(Write(1, 10), Read(2, 3, default), Read(4, 5, both)));
        Assert.Equal(VerdictKind.NotLinearizable, Judge(Write(1, 10), Read(2, 3, half)));
        Assert.Equal(VerdictKind.NotLinearizable, Judge(Write(1, 10), Read(2, 3, both), Read(4, 5, default)));

        VerdictKind Judge(params RecordedCall<GroupCall>[] calls) => LinearizabilityChecker.Check(model, calls, StepsMax).Kind;
        static RecordedCall<GroupCall> Write(long from, long to) => new(0, new GroupCall(GroupCallKind.Upsert, 0b11, 1, 2), from, to);
        static RecordedCall<GroupCall> Read(long from, long to, GroupState seen) => new(1, new GroupCall(GroupCallKind.Read, 0b11, Seen: seen), from, to);
    }

    [Fact]
    public void Check_OfRandomHistories_AgreesWithTryingAllOrders()
    {
        int linearizable = 0;
        const int Count = 2_000;
        for (int seed = 0; seed < Count; seed++)
        {
            var calls = Draw(new Random(seed));
            bool expected = TryAll(calls);
            var verdict = LinearizabilityChecker.Check(new Register(), calls, StepsMax);
            Assert.True(verdict.Kind == (expected ? VerdictKind.Linearizable : VerdictKind.NotLinearizable), $"seed {seed}: {verdict}\n{string.Join('\n', calls)}");
            linearizable += expected ? 1 : 0;
        }

        Assert.InRange(linearizable, Count / 10, Count * 9 / 10);
    }

    [Fact]
    public void Check_ThatTakesTooLong_SaysSo()
    {
        // Twenty writes at the same time, and a read of what none of them wrote: every order of them is tried.
        var calls = Enumerable.Range(1, 20).Select(value => Parse($"w{value} {value}-{100 + value}", value)).Append(Parse("r99 200-201", 0)).ToList();
        var verdict = LinearizabilityChecker.Check(new Register(), calls, stepsMax: 5_000);
        Assert.Equal(VerdictKind.Undecided, verdict.Kind);
        Assert.Contains("5000", verdict.Explanation, StringComparison.Ordinal);
    }

    private static RecordedCall<RegisterCall> Parse(string text, int client)
    {
        string[] parts = text.Split(' ', '-');
        bool isUnknown = parts[2].StartsWith('?');
        string responded = parts[2].TrimStart('?');
        return new RecordedCall<RegisterCall>(
            client, new RegisterCall(parts[0][0] == 'w', int.Parse(parts[0].AsSpan(1))), long.Parse(parts[1]), responded.Length == 0 ? long.MaxValue : long.Parse(responded), isUnknown);
    }

    private static List<RecordedCall<RegisterCall>> Draw(Random random)
    {
        int count = random.Next(2, 7);
        int[] moments = [.. Enumerable.Range(1, 2 * count)];
        random.Shuffle(moments);
        var calls = new List<RecordedCall<RegisterCall>>();
        for (int call = 0; call < count; call++)
        {
            long invoked = Math.Min(moments[2 * call], moments[(2 * call) + 1]), responded = Math.Max(moments[2 * call], moments[(2 * call) + 1]);
            bool isWrite = random.Next(2) == 0;
            bool isUnknown = isWrite && random.Next(4) == 0;
            calls.Add(new RecordedCall<RegisterCall>(call, new RegisterCall(isWrite, random.Next(3)), invoked, isUnknown && random.Next(2) == 0 ? long.MaxValue : responded, isUnknown));
        }

        return calls;
    }

    /// <summary>Whether some of the calls that were not answered, with all the others, can be put into an order that time and answers allow.</summary>
    private static bool TryAll(List<RecordedCall<RegisterCall>> calls)
    {
        int[] unknown = [.. Enumerable.Range(0, calls.Count).Where(call => calls[call].IsUnknown)];
        for (int left = 0; left < 1 << unknown.Length; left++)
        {
            var chosen = calls.Where((_, call) => Array.IndexOf(unknown, call) is var index && (index < 0 || (left & (1 << index)) != 0)).ToList();
            if (Extend([], chosen))
                return true;
        }

        return false;
    }

    private static bool Extend(List<RecordedCall<RegisterCall>> order, List<RecordedCall<RegisterCall>> rest)
    {
        if (rest.Count == 0)
        {
            int value = 0;
            foreach (var one in order)
            {
                if (!one.Call.IsWrite && one.Call.Value != value)
                    return false;

                value = one.Call.IsWrite ? one.Call.Value : value;
            }

            return Enumerable.Range(0, order.Count).All(later => order.Take(later).All(earlier => order[later].Responded > earlier.Invoked));
        }

        return rest.Any(next => Extend([.. order, next], [.. rest.Where(other => other != next)]));
    }

    private sealed record RegisterCall(bool IsWrite, int Value);

    private readonly record struct Number(int Value);

    private sealed class Register : ISequentialModel<Number, RegisterCall>
    {
        public Number Initial => default;

        public bool TryStep(Number before, RegisterCall call, out Number after)
        {
            after = call.IsWrite ? new Number(call.Value) : before;
            return call.IsWrite || call.Value == before.Value;
        }
    }
}
