using VectorStore.Engine;
using VectorStore.Server.Services;

namespace VectorStore.Server.Tests.Services;

public sealed class RequestLedgerTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;
    private Collection _collection = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Grpc.CreateAsync("points");
        _collection = _server.Database.GetCollection("points");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Ids_AreForgottenAfterTheirTime()
    {
        var ledger = new RequestLedger(100, TimeSpan.FromMinutes(10), _time);
        int applied = 0;
        await ledger.Run(_collection, "a", 1, Apply, out _);
        _time.Advance(TimeSpan.FromMinutes(9));
        await ledger.Run(_collection, "a", 1, Apply, out bool isFirst);
        Assert.False(isFirst);
        _time.Advance(TimeSpan.FromMinutes(2));
        await ledger.Run(_collection, "a", 1, Apply, out isFirst);
        Assert.True(isFirst);
        Assert.Equal(2, applied);

        Task<WriteResult> Apply() => Task.FromResult(new WriteResult((ulong)++applied, 1));
    }

    [Fact]
    public async Task Ids_BeyondTheNumber_AreForgottenFromTheOldestOn()
    {
        var ledger = new RequestLedger(10, TimeSpan.FromMinutes(10), _time);
        for (int id = 0; id < 1_000; id++)
            await ledger.Run(_collection, $"{id}", 1, () => Task.FromResult(default(WriteResult)), out _);

        Assert.InRange(ledger.Count, 1, 10);
        await ledger.Run(_collection, "999", 1, () => Task.FromResult(default(WriteResult)), out bool newestIsFirst);
        await ledger.Run(_collection, "0", 1, () => Task.FromResult(default(WriteResult)), out bool oldestIsFirst);
        Assert.False(newestIsFirst);
        Assert.True(oldestIsFirst);
    }

    [Fact]
    public async Task WriteThatRuns_IsJoinedAndNeverForgotten()
    {
        var ledger = new RequestLedger(1, TimeSpan.FromMinutes(10), _time);
        var running = new TaskCompletionSource<WriteResult>();
        var first = ledger.Run(_collection, "a", 1, () => running.Task, out _);
        _time.Advance(TimeSpan.FromHours(1));
        await ledger.Run(_collection, "b", 1, () => Task.FromResult(default(WriteResult)), out _);
        await ledger.Run(_collection, "c", 1, () => Task.FromResult(default(WriteResult)), out _);
        var joined = ledger.Run(_collection, "a", 1, () => throw new InvalidOperationException("applied twice"), out bool isFirst);
        Assert.False(isFirst);
        running.SetResult(new WriteResult(7, 1));
        Assert.Equal(7UL, (await first).Lsn);
        Assert.Equal(7UL, (await joined).Lsn);
    }

    [Fact]
    public async Task WriteThatFails_FailsForAllWhoJoined_AndIsForgotten()
    {
        var ledger = new RequestLedger(10, TimeSpan.FromMinutes(10), _time);
        var running = new TaskCompletionSource<WriteResult>();
        var first = ledger.Run(_collection, "a", 1, () => running.Task, out _);
        var joined = ledger.Run(_collection, "a", 1, () => running.Task, out _);
        running.SetException(new IOException("no"));
        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => joined);
        Assert.Equal(0, ledger.Count);
        Assert.Equal(3UL, (await ledger.Run(_collection, "a", 2, () => Task.FromResult(new WriteResult(3, 1)), out _)).Lsn);
    }

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
