using VectorStore.Protocol.Grpc;
using VectorStore.Server.Services;

namespace VectorStore.Server.Tests.Services;

public sealed class WriteBudgetTests
{
    [Fact]
    public void Enter_BeyondTheBudget_IsRefusedWithBothNumbers_AndChangesNothing()
    {
        var budget = new WriteBudget(100);
        budget.Enter(60);
        var refused = Assert.Throws<RpcException>(() => budget.Enter(41));
        Assert.Equal((StatusCode.Unavailable, "SERVER_BUSY"), (refused.Code, refused.Reason));
        Assert.Contains("60 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("100", refused.Message, StringComparison.Ordinal);
        budget.Enter(40);
        budget.Leave(60);
        budget.Leave(40);
        Assert.Equal(0, budget.Bytes);
    }

    [Fact]
    public void OneLargerThanTheBudget_IsLetInAlone()
    {
        var budget = new WriteBudget(100);
        budget.Enter(1_000);
        Assert.Throws<RpcException>(() => budget.Enter(1));
        budget.Leave(1_000);
        budget.Enter(1);
    }

    [Fact]
    public async Task EnterAsync_WaitsItsTurn_AndPassesOverThoseWhoGaveUp()
    {
        var budget = new WriteBudget(100);
        budget.Enter(100);
        using var patience = new CancellationTokenSource();
        var givesUp = budget.EnterAsync(100, patience.Token);
        var second = budget.EnterAsync(50, CancellationToken.None);
        var third = budget.EnterAsync(50, CancellationToken.None);

        // Who would fit does not overtake who waits.
        Assert.Throws<RpcException>(() => budget.Enter(0));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.False(second.IsCompleted);

        budget.Leave(100);
        await second.WaitAsync(TestServer.Patience);
        await third.WaitAsync(TestServer.Patience);
        Assert.Equal(100, budget.Bytes);
        budget.Leave(50);
        budget.Leave(50);
        Assert.Equal(0, budget.Bytes);
    }
}
