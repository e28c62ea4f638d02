namespace VectorStore.CrashDriver;

/// <summary>All operations of one writer. Each follows from the seed and its number alone, so a test knows what a killed process was doing.</summary>
/// <param name="seed">Of the test.</param>
/// <param name="writer">From 0. Writers own disjoint ids, so each has a history of its own.</param>
public sealed class WriterPlan(int seed, int writer)
{
    /// <summary>Writers of a workload.</summary>
    public const int Writers = 3;

    /// <summary>Name of the collection that all writers share.</summary>
    public const string MainCollection = "main";

    private const ulong IdsPerWriter = 60;
    private const int PointsPerUpsertMax = 12;
    private const int IdsPerDeleteMax = 4;

    /// <summary>Name of the collection that this writer alone makes and drops.</summary>
    public string OtherCollection => $"other-{writer}";

    /// <summary>Whether an id is this writer's.</summary>
    public bool Owns(ulong id) => id / 1000 == (ulong)writer;

    /// <summary>The operation of a number.</summary>
    public WriterOperation Operation(int number)
    {
        var random = new Random(unchecked((((seed * 31) + writer) * 100_003) + number));
        return random.Next(24) switch
        {
            < 14 => new WriterOperation(number, WriterOperationKind.Upsert, Ids(random, PointsPerUpsertMax)),
            < 19 => new WriterOperation(number, WriterOperationKind.Delete, Ids(random, IdsPerDeleteMax)),
            19 => new WriterOperation(number, WriterOperationKind.Seal, []),
            20 => new WriterOperation(number, WriterOperationKind.CreateOther, []),
            21 => new WriterOperation(number, WriterOperationKind.DropOther, []),
            _ => new WriterOperation(number, WriterOperationKind.UpsertOther, []),
        };
    }

    private ulong[] Ids(Random random, int countMax)
    {
        var ids = new HashSet<ulong>();
        for (int count = random.Next(1, countMax + 1); count > 0; count--)
            ids.Add(((ulong)writer * 1000) + (ulong)random.NextInt64((long)IdsPerWriter));

        return [.. ids.Order()];
    }
}
