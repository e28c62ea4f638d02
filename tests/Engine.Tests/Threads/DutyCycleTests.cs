using VectorStore.Engine.Tests.Wal;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Tests.Threads;

public sealed class DutyCycleTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly DutyCycle _cycle;
    private TimeSpan _worked;

    public DutyCycleTests() => _cycle = new DutyCycle(_time, () => _worked);

    [Fact]
    public void Rest_AfterWork_MakesItTheShareThatWasAsked()
    {
        Work(milliseconds: 20);
        Assert.Equal(60, _cycle.RestDue(0.25).TotalMilliseconds, 1e-6);
        Assert.Equal(180, _cycle.RestDue(0.1).TotalMilliseconds, 1e-6);
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(1));
    }

    [Fact]
    public void Rest_AfterLittleWork_IsNotWorthIt()
    {
        Work(milliseconds: 1);
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(0.25));
        Work(milliseconds: 1);
        Assert.Equal(6, _cycle.RestDue(0.25).TotalMilliseconds, 1e-6);
    }

    [Fact]
    public void Rest_AfterWaiting_CountsTheWaiting()
    {
        Work(milliseconds: 20);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(10, _cycle.RestDue(0.25).TotalMilliseconds, 1e-6);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(0.25));
    }

    [Fact]
    public void Rest_AfterLongWaiting_IsNoCreditForLater()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(0.25));
        Work(milliseconds: 20);
        Assert.Equal(60, _cycle.RestDue(0.25).TotalMilliseconds, 1e-6);
    }

    [Fact]
    public void Rest_OnceTaken_IsNotDueAgain()
    {
        Work(milliseconds: 20);
        _time.Advance(_cycle.RestDue(0.25));
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(0.25));
    }

    [Fact]
    public void Work_ThatIsForgiven_NeedsNoRest()
    {
        Work(milliseconds: 20);
        _cycle.StartAgain();
        Assert.Equal(TimeSpan.Zero, _cycle.RestDue(0.25));
    }

    private void Work(int milliseconds)
    {
        _worked += TimeSpan.FromMilliseconds(milliseconds);
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }
}
