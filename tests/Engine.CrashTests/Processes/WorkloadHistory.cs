using System.Globalization;
using VectorStore.CrashDriver;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>What a test knows of a workload that was killed, maybe several times: what was acknowledged, and so what may be found.</summary>
internal sealed class WorkloadHistory(int seed)
{
    private readonly WriterPlan[] _plans = [.. Enumerable.Range(0, WriterPlan.Writers).Select(writer => new WriterPlan(seed, writer))];

    // How many operations of each writer are acknowledged; one more may have happened.
    private readonly int[] _acknowledged = new int[WriterPlan.Writers];

    // Each write of the shared collection that was acknowledged, with its log position.
    private readonly List<(ulong Lsn, int Writer, WriterOperation Operation)> _writes = [];
    private bool _created;

    public int Seed => seed;

    /// <summary>Number of the next operation of each writer.</summary>
    public IReadOnlyList<int> Next => _acknowledged;

    public int AcknowledgedCount { get; private set; }

    public void Read(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            if (words[0] == "created")
                _created = true;
            if (words[0] == "error")
                Assert.Fail($"the driver failed by itself: {line}");
            if (words[0] != "acked")
                continue;

            int writer = int.Parse(words[1], CultureInfo.InvariantCulture);
            int number = int.Parse(words[2], CultureInfo.InvariantCulture);
            ulong lsn = ulong.Parse(words[3], CultureInfo.InvariantCulture);
            Assert.Equal(_acknowledged[writer], number);
            _acknowledged[writer] = number + 1;
            AcknowledgedCount++;
            if (lsn != 0)
                _writes.Add((lsn, writer, _plans[writer].Operation(number)));
        }
    }

    /// <summary>Checks a reopened database: everything acknowledged, whole; of each writer's one open operation all or nothing; no more.</summary>
    public async Task CheckAsync(VectorDatabase database, string when)
    {
        var infos = database.ListCollections();
        foreach (var info in infos)
            Assert.True(info.Health != CollectionHealth.Red, $"{when}: collection '{info.Name}' is red: {info.Problem}");

        bool exists = infos.Any(info => info.Name == WriterPlan.MainCollection);
        Assert.True(exists || !_created, $"{when}: the collection is gone after its creation was acknowledged");
        var found = exists ? await StoredPoints.ReadAsync(database.GetCollection(WriterPlan.MainCollection), when) : [];
        Assert.All(found.Keys, id => Assert.True(_plans.Any(plan => plan.Owns(id)), $"{when}: point {id} was never written"));
        for (int writer = 0; writer < _plans.Length; writer++)
        {
            var plan = _plans[writer];
            var points = found.Where(point => plan.Owns(point.Key)).ToDictionary();
            var (hasOther, otherPoint) = await ReadOtherAsync(database, plan, when);
            var state = WriterState.After(plan, _acknowledged[writer]);
            if (state.IsSame(points, hasOther, otherPoint))
                continue;

            var open = plan.Operation(_acknowledged[writer]);
            state.Apply(open);
            Assert.True(
                state.IsSame(points, hasOther, otherPoint),
                $"{when}: writer {writer} has {_acknowledged[writer]} acknowledged operations; found is neither that nor with all of {open.Kind}: "
                    + $"{Difference(state, points)}, other {hasOther} {otherPoint} instead of {state.HasOther} {state.OtherPoint}");
            _acknowledged[writer]++;
        }
    }

    /// <summary>The shared collection as it was at a log position. Of what came later than the last line read nothing is known.</summary>
    public Dictionary<ulong, string> PointsAt(ulong lsn)
    {
        var state = new WriterState();
        foreach (var (_, _, operation) in _writes.Where(write => write.Lsn <= lsn).OrderBy(write => write.Lsn))
            state.Apply(operation);

        return state.Points.ToDictionary();
    }

    private static string Difference(WriterState expected, Dictionary<ulong, string> found)
    {
        var ids = expected.Points.Keys.Union(found.Keys).Where(id => expected.Points.GetValueOrDefault(id) != found.GetValueOrDefault(id));
        return string.Join("; ", ids.Select(id => $"point {id}: expected {expected.Points.GetValueOrDefault(id) ?? "none"}, found {found.GetValueOrDefault(id) ?? "none"}"));
    }

    private static async Task<(bool HasOther, string? OtherPoint)> ReadOtherAsync(VectorDatabase database, WriterPlan plan, string when)
    {
        if (database.ListCollections().All(info => info.Name != plan.OtherCollection))
            return (false, null);

        var points = await StoredPoints.ReadAsync(database.GetCollection(plan.OtherCollection), when);
        return (true, points.Count == 0 ? null : Assert.Single(points).Value);
    }
}
