using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Tests.Threads;

public sealed class CpuBudgetTests
{
    [Theory]
    [InlineData(1, 8, 8, 8, 1)]
    [InlineData(1, 8, 3, 3, 1)]
    [InlineData(0.5, 8, 8, 4, 1)]
    [InlineData(0.25, 2, 2, 1, 0.5)]
    [InlineData(0.05, 2, 2, 1, 0.1)]
    [InlineData(0.75, 2, 2, 2, 0.75)]
    [InlineData(0.5, 8, 1, 1, 1)]
    public void OneJob_HasWholeProcessorsAsThreads_AndTheRestAsAShareOfTheirTime(double share, int processors, int threadsMax, int threads, double duty)
    {
        var budget = new CpuBudget(share, processors, threadsMax);
        using var job = budget.Enter();
        Assert.Equal(threads, budget.Threads);
        Assert.Equal(duty, budget.Duty, 1e-9);
        Assert.Equal(threadsMax, budget.ThreadsMax);
    }

    [Fact]
    public void Jobs_AtOnce_DivideTheBudget()
    {
        var budget = new CpuBudget(0.5, 2, 2);
        using (budget.Enter())
        {
            Assert.Equal(1, budget.Duty);
            using (budget.Enter())
                Assert.Equal(0.5, budget.Duty);

            Assert.Equal(1, budget.Duty);
        }
    }

    [Fact]
    public void Jobs_WithoutALimit_DivideNothing()
    {
        var budget = new CpuBudget(1, 2, 2);
        using var one = budget.Enter();
        using var two = budget.Enter();
        Assert.Equal(1, budget.Duty);
    }
}
