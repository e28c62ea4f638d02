namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>A clock on the wall that a test moves; timers run as usual.</summary>
internal sealed class WallClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
