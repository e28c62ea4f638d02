namespace VectorStore.Engine.CrashTests.Workloads;

/// <summary>What time it is in a life, which moves it; timers run as usual.</summary>
internal sealed class LifeClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
