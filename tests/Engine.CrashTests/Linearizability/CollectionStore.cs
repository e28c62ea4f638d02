using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>A collection of the engine as histories call it.</summary>
internal sealed class CollectionStore(Collection collection) : IPointStore
{
    private const int SearchLimit = 1_000;

    public async Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken)
    {
        var points = Ids(group, keys).Select(id => new Point(
            id, new float[] { id.Integer, version, 1, 0 }, Payload.FromJson($$"""{"group":{{group}},"key":{{KeyOf(id)}},"version":{{version}}}""")));
        return Answer(await collection.UpsertAsync([.. points], cancellationToken));
    }

    public async Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken) => Answer(await collection.DeleteAsync([.. Ids(group, keys)], cancellationToken));

    public async Task<WriteAnswer> SetPayloadAsync(int group, int keys, int version, CancellationToken cancellationToken) =>
        Answer(await collection.UpdatePayloadAsync([.. Ids(group, keys)], PayloadChange.Set(Payload.FromJson($$"""{"version":{{version}}}""")), cancellationToken));

    public async Task<GroupState> ReadAsync(ReadWay way, int group, int keys)
    {
        var state = default(GroupState);
        switch (way)
        {
            case ReadWay.Get:
                foreach (var point in await collection.GetAsync([.. Ids(group, keys)], withVectors: true))
                    See(point.Id, point.Vectors!, point.Payload);

                break;
            case ReadWay.Scroll:
                await foreach (var point in collection.ScrollAsync(new ScrollRequest { Filter = Filter(group, keys), WithVectors = true }))
                    See(point.Id, point.Vectors!, point.Payload);

                break;
            default:
                var request = new SearchRequest
                {
                    Vector = new float[] { group, 1, 1, 0 },
                    Exact = true,
                    Filter = way == ReadWay.Search ? null : Filter(group, keys),
                    Limit = SearchLimit,
                    WithVectors = true,
                };
                foreach (var point in await collection.SearchAsync(request))
                    See(point.Id, point.Vectors!, point.Payload);

                break;
        }

        return state;

        void See(PointId id, IReadOnlyDictionary<string, float[]> vectors, Payload? payload)
        {
            int key = KeyOf(id);
            if (GroupOf(id) != group || (keys & (1 << key)) == 0)
                return;

            if (state[key] != 0)
                throw new HistoryViolationException($"{way} gives point {id} twice");

            state = state.With(key, GroupState.Point((int)vectors["v"][1], VersionOf(payload)));
        }
    }

    public Task<long> CountAsync(int group, int version) =>
        collection.CountAsync(new Filter(must: [new MatchCondition("group", group), new RangeCondition("version", greaterThanOrEqual: FilterNumber.FromInt64(version))]));

    public Task<ulong> LsnAsync() => Task.FromResult(collection.GetInfo().Lsn);

    private static Filter Filter(int group, int keys) => new(
        must: [new MatchCondition("group", group)], should: [.. Enumerable.Range(0, GroupState.Keys).Where(key => (keys & (1 << key)) != 0).Select(key => new MatchCondition("key", key))]);

    private static IEnumerable<PointId> Ids(int group, int keys) =>
        Enumerable.Range(0, GroupState.Keys).Where(key => (keys & (1 << key)) != 0).Select(key => (PointId)(ulong)((group * GroupState.Keys) + key));

    private static int KeyOf(PointId id) => (int)(id.Integer % GroupState.Keys);

    private static int GroupOf(PointId id) => (int)(id.Integer / GroupState.Keys);

    private static int VersionOf(Payload? payload)
    {
        using var json = System.Text.Json.JsonDocument.Parse(payload!.ToString());
        return json.RootElement.GetProperty("version").GetInt32();
    }

    private static WriteAnswer Answer(WriteResult result) => new(result.PointsChanged, result.Lsn);
}
