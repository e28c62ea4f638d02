using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>
/// What was sent and what was answered, by group: ten points that are always written, deleted or given another payload together, with a version. The payload names the version, the vector that of the last upsert. Thread-safe.
/// </summary>
internal sealed class GroupHistory
{
    public const string Collection = "points";
    public const int Dimension = 4;

    private const int GroupSize = 10;
    private const int DeleteOneOf = 8;
    private const int PayloadOneOf = 3;
    private const int Tries = 20;

    private readonly Lock _lock = new();

    // Guarded by _lock. What is stored is what was answered last or what was sent last: a group has at most one write on its way.
    private readonly List<Group> _groups = [];

    /// <summary>Writes that were answered since the beginning.</summary>
    public int Answers { get; private set; }

    /// <summary>How many groups there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _groups.Count;
        }
    }

    /// <summary>A write of a new group.</summary>
    public (UpsertRequest Request, int Group) SendNew()
    {
        lock (_lock)
        {
            _groups.Add(new Group(new State(0, 0, IsThere: false), new State(1, 1, IsThere: true)));
            return (Upsert(_groups.Count - 1, 1), _groups.Count - 1);
        }
    }

    /// <summary>The next write of a group that has none on its way: new versions of its points or of their payloads, or their deletion; null where there is no such group.</summary>
    public (IMessage Request, int Group, int Version)? Next(Random random)
    {
        lock (_lock)
        {
            if (PickSettled(random) is not { } group)
                return null;

            var stored = _groups[group].Answered;
            int version = stored.Version + 1;
            if (stored.IsThere && random.Next(PayloadOneOf) == 0)
            {
                _groups[group] = new Group(stored, stored with { Version = version });
                return (ChangePayload(group, version), group, version);
            }

            bool isThere = !stored.IsThere || random.Next(DeleteOneOf) > 0;
            _groups[group] = new Group(stored, new State(version, version, isThere));
            return (isThere ? Upsert(group, version) : Delete(group, version), group, version);
        }
    }

    public void Answered(int group, int version)
    {
        lock (_lock)
        {
            var sent = _groups[group].Sent;
            Assert.Equal(sent.Version, version);
            _groups[group] = new Group(sent, sent);
            Answers++;
        }
    }

    /// <summary>A search for a point of a group, and what was answered of the group before.</summary>
    public (SearchRequest Request, int Group, int VersionBefore) Query(Random random)
    {
        lock (_lock)
        {
            int group = PickSettled(random) ?? 0;
            var stored = _groups.Count == 0 ? new State(0, 0, IsThere: false) : _groups[group].Answered;
            var request = new SearchRequest { Collection = Collection, Limit = 1, Exact = true };
            request.Vector.Add([group, stored.VectorVersion, FirstId(group), 1]);
            return (request, group, stored.Version);
        }
    }

    /// <summary>Where nobody wrote to the group meanwhile, its point is the nearest, or none of it is found.</summary>
    public void CheckFound(int group, int versionBefore, SearchResponse response)
    {
        lock (_lock)
        {
            if (_groups.Count <= group || _groups[group] is not { IsSettled: true } now || now.Answered.Version != versionBefore)
                return;

            bool isFound = response.Points.Any(point => point.Id == FirstId(group) && point.Score == 0);
            Assert.True(isFound == now.Answered.IsThere, $"group {group} of version {versionBefore} is {(isFound ? "found after it was deleted" : "not found")}");
        }
    }

    /// <summary>Compares everything that is stored with what may be, and goes on from there.</summary>
    public void Check(IReadOnlyList<RetrievedPoint> stored)
    {
        lock (_lock)
        {
            var byGroup = stored.ToLookup(point => (int)(point.Id / GroupSize));
            Assert.All(byGroup, group => Assert.InRange(group.Key, 0, _groups.Count - 1));
            for (int group = 0; group < _groups.Count; group++)
            {
                var (answered, sent) = _groups[group];
                RetrievedPoint[] points = [.. byGroup[group]];
                if (points.Length == 0)
                {
                    Assert.True(!answered.IsThere || !sent.IsThere, $"group {group} was answered with version {answered.Version} and is gone");
                    int last = Math.Max(1, sent.IsThere ? answered.Version : sent.Version);
                    var gone = new State(last, last, IsThere: false);
                    _groups[group] = new Group(gone, gone);
                    continue;
                }

                var found = StateOf(group, points);
                Assert.True(found == answered || found == sent, $"group {group} is {found}; answered was {answered}, sent {sent}");
                _groups[group] = new Group(found, found);
            }
        }
    }

    /// <summary>Looks at a copy of some earlier moment: every group in it is whole, and of a version that was sent.</summary>
    public void CheckCopy(IReadOnlyList<RetrievedPoint> stored)
    {
        lock (_lock)
        {
            foreach (var group in stored.GroupBy(point => (int)(point.Id / GroupSize)))
            {
                Assert.InRange(group.Key, 0, _groups.Count - 1);
                Assert.InRange(StateOf(group.Key, [.. group]).Version, 1, _groups[group.Key].Sent.Version);
            }
        }
    }

    /// <summary>What all points of a group agree to be.</summary>
    private static State StateOf(int group, RetrievedPoint[] points)
    {
        Assert.Equal(GroupSize, points.Select(point => point.Id).Distinct().Count());
        Assert.Equal(GroupSize, points.Length);
        int version = Assert.Single(points.Select(point => (int)point.Payload.Fields["version"].NumberValue).Distinct());
        int vectorVersion = Assert.Single(points.Select(point => (int)point.Vectors["v"].Values[1]).Distinct());
        Assert.All(points, point => Assert.Equal([group, vectorVersion, (float)point.Id, 1], point.Vectors["v"].Values));
        return new State(version, vectorVersion, IsThere: true);
    }

    private int? PickSettled(Random random)
    {
        for (int tries = 0; tries < Tries && _groups.Count > 0; tries++)
        {
            int group = random.Next(_groups.Count);
            if (_groups[group].IsSettled)
                return group;
        }

        return null;
    }

    private static ulong FirstId(int group) => (ulong)group * GroupSize;

    private static UpsertRequest Upsert(int group, int version)
    {
        var request = new UpsertRequest { Collection = Collection, RequestId = $"{group}-{version}" };
        for (int index = 0; index < GroupSize; index++)
        {
            ulong id = FirstId(group) + (ulong)index;
            var point = new Point { Id = id, PayloadJson = ByteString.CopyFromUtf8($$"""{"version":{{version}}}""") };
            point.Vector.Add([group, version, id, 1]);
            request.Points.Add(point);
        }

        return request;
    }

    private static UpdatePayloadRequest ChangePayload(int group, int version)
    {
        var request = new UpdatePayloadRequest
        {
            Collection = Collection,
            RequestId = $"{group}-{version}",
            Mode = PayloadMode.Set,
            PayloadJson = ByteString.CopyFromUtf8($$"""{"version":{{version}}}"""),
        };
        request.Ids.AddRange(Enumerable.Range(0, GroupSize).Select(index => FirstId(group) + (ulong)index));
        return request;
    }

    private static DeletePointsRequest Delete(int group, int version)
    {
        var request = new DeletePointsRequest { Collection = Collection, RequestId = $"{group}-{version}" };
        request.Ids.AddRange(Enumerable.Range(0, GroupSize).Select(index => FirstId(group) + (ulong)index));
        return request;
    }

    private readonly record struct State(int Version, int VectorVersion, bool IsThere);

    private readonly record struct Group(State Answered, State Sent)
    {
        public bool IsSettled => Answered == Sent;
    }
}
