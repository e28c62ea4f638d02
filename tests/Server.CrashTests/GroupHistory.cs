using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>What was sent and what was answered, by group: ten points that are always written together, with a version. Thread-safe.</summary>
internal sealed class GroupHistory
{
    public const string Collection = "points";
    public const int Dimension = 4;

    private const int GroupSize = 10;

    private readonly Lock _lock = new();

    // Guarded by _lock. A group's version is at least the answered one and at most the sent one; 0: not written.
    private readonly List<(int Answered, int Sent)> _groups = [];

    /// <summary>Writes that were answered since the beginning.</summary>
    public int Answers { get; private set; }

    /// <summary>A write of a new group.</summary>
    public (UpsertRequest Request, int Group) SendNew()
    {
        lock (_lock)
        {
            _groups.Add((0, 1));
            return (Request(_groups.Count - 1, 1), _groups.Count - 1);
        }
    }

    /// <summary>A write of the next version of a group that is there; null where none is.</summary>
    public (UpsertRequest Request, int Group, int Version)? SendNext(Random random)
    {
        lock (_lock)
        {
            if (_groups.Count == 0)
                return null;

            int group = random.Next(_groups.Count);
            var (answered, sent) = _groups[group];
            if (answered == 0)
                return null;

            _groups[group] = (answered, sent + 1);
            return (Request(group, sent + 1), group, sent + 1);
        }
    }

    public void Answered(int group, int version)
    {
        lock (_lock)
        {
            var (answered, sent) = _groups[group];
            _groups[group] = (Math.Max(answered, version), sent);
            Answers++;
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
                    Assert.True(answered == 0, $"group {group} was answered with version {answered} and is gone");
                    _groups[group] = (0, 0);
                    continue;
                }

                Assert.Equal(GroupSize, points.Select(point => point.Id).Distinct().Count());
                Assert.Equal(GroupSize, points.Length);
                int version = Assert.Single(points.Select(point => (int)point.Payload.Fields["version"].NumberValue).Distinct());
                Assert.InRange(version, answered, sent);
                Assert.All(points, point => Assert.Equal([group, version, (float)point.Id, 1], point.Vectors["v"].Values));
                _groups[group] = (version, version);
            }
        }
    }

    private static UpsertRequest Request(int group, int version)
    {
        var request = new UpsertRequest { Collection = Collection, RequestId = $"{group}-{version}" };
        for (int index = 0; index < GroupSize; index++)
        {
            ulong id = ((ulong)group * GroupSize) + (ulong)index;
            var point = new Point { Id = id, PayloadJson = ByteString.CopyFromUtf8($$"""{"version":{{version}}}""") };
            point.Vector.Add([group, version, id, 1]);
            request.Points.Add(point);
        }

        return request;
    }
}
