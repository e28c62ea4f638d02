namespace VectorStore.Linearizability;

/// <summary>The points of a group: of each, the version of its vector and that of its payload; 0 where it is not there.</summary>
internal readonly record struct GroupState(long First, long Second, long Third)
{
    /// <summary>Points of a group, each a register.</summary>
    public const int Keys = 3;

    /// <summary>All of them, as a mask.</summary>
    public const int AllKeys = (1 << Keys) - 1;

    public long this[int key] => key switch
    {
        0 => First,
        1 => Second,
        _ => Third,
    };

    public static long Point(int vector, int payload) => ((long)vector << 32) | (uint)payload;

    public static int PayloadOf(long point) => (int)point;

    public GroupState With(int key, long point) => key switch
    {
        0 => this with { First = point },
        1 => this with { Second = point },
        _ => this with { Third = point },
    };

    public override string ToString() => $"[{Show(First)} {Show(Second)} {Show(Third)}]";

    private static string Show(long point) => point == 0 ? "-" : point >> 32 == (int)point ? $"{(int)point}" : $"{point >> 32}/{(int)point}";
}
