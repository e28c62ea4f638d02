namespace VectorStore.CrashDriver;

/// <summary>What must be stored after some of a writer's operations.</summary>
public sealed class WriterState
{
    private readonly SortedDictionary<ulong, string> _points = [];

    /// <summary>Points in the shared collection by id, as <see cref="DriverPoints.Describe(ulong, int, int)"/> has them.</summary>
    public IReadOnlyDictionary<ulong, string> Points => _points;

    /// <summary>Whether the second collection exists.</summary>
    public bool HasOther { get; private set; }

    /// <summary>The only point of the second collection; null where there is none.</summary>
    public string? OtherPoint { get; private set; }

    /// <summary>The state after the first <paramref name="count"/> operations.</summary>
    public static WriterState After(WriterPlan plan, int count)
    {
        var state = new WriterState();
        for (int number = 0; number < count; number++)
            state.Apply(plan.Operation(number));

        return state;
    }

    public void Apply(WriterOperation operation)
    {
        switch (operation.Kind)
        {
            case WriterOperationKind.Upsert:
                foreach (ulong id in operation.Ids)
                    _points[id] = DriverPoints.Describe(id, operation.Number);
                break;
            case WriterOperationKind.Delete:
                foreach (ulong id in operation.Ids)
                    _points.Remove(id);
                break;
            case WriterOperationKind.CreateOther:
                HasOther = true;
                break;
            case WriterOperationKind.DropOther:
                HasOther = false;
                OtherPoint = null;
                break;
            case WriterOperationKind.UpsertOther when HasOther:
                OtherPoint = DriverPoints.Describe(0, operation.Number);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether a database may be described as this state.</summary>
    public bool IsSame(IReadOnlyDictionary<ulong, string> points, bool hasOther, string? otherPoint) =>
        HasOther == hasOther
        && OtherPoint == otherPoint
        && _points.Count == points.Count
        && _points.All(point => points.TryGetValue(point.Key, out string? found) && found == point.Value);
}
