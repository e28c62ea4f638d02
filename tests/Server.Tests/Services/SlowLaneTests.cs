using VectorStore.Protocol.Grpc;
using VectorStore.Server.Services;

namespace VectorStore.Server.Tests.Services;

public sealed class SlowLaneTests
{
    [Fact]
    public async Task Reads_BeyondWhatMayWait_AreRefused_AndTheOthersRunInTheirOrder()
    {
        using var lane = new SlowLane(threads: 1, waitingMax: 2);
        using var gate = new ManualResetEventSlim();
        var order = new List<int>();
        var running = lane.RunAsync(() => Wait(0), CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => lane.Waiting == 0, TestServer.Patience));
        var first = lane.RunAsync(() => Wait(1), CancellationToken.None);
        var second = lane.RunAsync(() => Wait(2), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<RpcException>(() => lane.RunAsync(() => Wait(3), CancellationToken.None));
        Assert.Equal("SERVER_BUSY", refused.Reason);

        gate.Set();
        await Task.WhenAll(running, first, second).WaitAsync(TestServer.Patience);
        Assert.Equal([0, 1, 2], order);
        Assert.Equal(0, lane.Waiting);

        int Wait(int number)
        {
            Assert.True(gate.Wait(TestServer.Patience));
            order.Add(number);
            return number;
        }
    }

    [Fact]
    public async Task WhoGivesUpWhileWaiting_IsNeverRun_AndMakesRoom()
    {
        using var lane = new SlowLane(threads: 1, waitingMax: 1);
        using var gate = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var running = lane.RunAsync(() => gate.Wait(TestServer.Patience), CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => lane.Waiting == 0, TestServer.Patience));
        bool ran = false;
        var waiting = lane.RunAsync(() => ran = true, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = lane.RunAsync(() => 5, CancellationToken.None);
        gate.Set();
        Assert.True(await running);
        Assert.Equal(5, await next.WaitAsync(TestServer.Patience));
        Assert.False(ran);
    }

    [Fact]
    public async Task ReadThatFails_FailsItsCallerAlone()
    {
        using var lane = new SlowLane(threads: 1, waitingMax: 10);
        await Assert.ThrowsAsync<IOException>(() => lane.RunAsync<int>(() => throw new IOException("no"), CancellationToken.None));
        Assert.Equal(1, await lane.RunAsync(() => 1, CancellationToken.None));
    }
}
