using System.Collections.Concurrent;
using VectorStore.Engine.Graphs;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Tests.Graphs;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Tests.Threads;

public sealed class WorkThreadsTests
{
    private const int Degree = 24;

    [Fact]
    public void Loops_OfAJob_RunOnItsThreadsAlone_BelowNormalPriority()
    {
        int normal = LinuxThreads.Niceness;
        using var threads = new WorkThreads("test", 3, () => 1);
        var names = new ConcurrentDictionary<string, int>();
        var niceness = new ConcurrentDictionary<int, int>();
        threads.Run(
            () => Parallel.For(0, 400, WorkPace.Loop(3, CancellationToken.None), _ =>
            {
                names.TryAdd(Thread.CurrentThread.Name ?? "", 0);
                niceness.TryAdd(LinuxThreads.Niceness, 0);
                Thread.SpinWait(20_000);
            }),
            CancellationToken.None);
        Assert.Equal("test", Assert.Single(names).Key);
        Assert.Equal(Math.Min(19, normal + 10), Assert.Single(niceness).Key);
    }

    [Fact]
    public async Task ThreadPool_AfterAJob_HasItsPriority()
    {
        int normal = LinuxThreads.Niceness;
        for (int job = 0; job < 10; job++)
        {
            await Task.Run(() =>
            {
                using var threads = new WorkThreads("test", 2, () => 1);
                threads.Run(() => Parallel.For(0, 100, WorkPace.Loop(2, CancellationToken.None), _ => Thread.SpinWait(1_000)), CancellationToken.None);
            });
            Assert.Equal(normal, LinuxThreads.Niceness);
        }

        int[] found = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() =>
        {
            Thread.SpinWait(100_000);
            return LinuxThreads.Niceness;
        })));
        Assert.All(found, niceness => Assert.Equal(normal, niceness));
    }

    [Fact]
    public void Loops_WithinLoops_EndWithOneThread()
    {
        using var threads = new WorkThreads("test", 1, () => 1);
        int inner = 0;
        threads.Run(
            () => Parallel.For(0, 8, WorkPace.Loop(4, CancellationToken.None), _ =>
                Parallel.For(0, 8, WorkPace.Loop(4, CancellationToken.None), _ => Interlocked.Increment(ref inner))),
            CancellationToken.None);
        Assert.Equal(64, inner);
    }

    [Fact]
    public void Graph_OnThreadsOfALimitedJob_IsTheSame()
    {
        using var table = ByteTable.Clustered(codes: 28, count: 3_000, clusters: 20, seed: 8);
        using var plain = FlatGraph.Build(table.Rows, Degree, 100, threads: 1, out uint[] order, null, CancellationToken.None);
        using var threads = new WorkThreads("test", 2, () => 0.5);
        threads.Run(
            () =>
            {
                using var graph = FlatGraph.Build(table.Rows, Degree, 100, threads: 2, out uint[] orderOfJob, null, CancellationToken.None);
                Assert.Equal(order, orderOfJob);
                for (uint point = 0; point < 3_000; point++)
                    Assert.Equal(plain.LinksOf(point).ToArray(), graph.LinksOf(point).ToArray());
            },
            CancellationToken.None);
    }

    [Fact]
    public void Work_WithAShare_UsesNoMoreProcessorTimeThanThat()
    {
        using var threads = new WorkThreads("test", 1, () => 0.2);
        double share = 0;
        threads.Run(
            () =>
            {
                var clock = System.Diagnostics.Stopwatch.StartNew();
                var before = LinuxThreads.ProcessorTime;
                while (clock.Elapsed < TimeSpan.FromSeconds(2))
                {
                    Thread.SpinWait(2_000);
                    WorkPace.Checkpoint(CancellationToken.None);
                }

                share = (LinuxThreads.ProcessorTime - before) / clock.Elapsed;
            },
            CancellationToken.None);
        Assert.InRange(share, 0.01, 0.25);
    }

    [Fact]
    public async Task Rest_WhenTheLimitIsLifted_Ends()
    {
        double duty = 0.0001;
        using var threads = new WorkThreads("test", 1, () => Volatile.Read(ref duty));
        int rounds = 0;
        var job = Task.Run(() => threads.Run(
            () =>
            {
                for (; rounds < 10_000; rounds++)
                {
                    Thread.SpinWait(2_000);
                    WorkPace.Checkpoint(CancellationToken.None);
                }
            },
            CancellationToken.None));
        await Task.Delay(500);
        Assert.False(job.IsCompleted);
        Volatile.Write(ref duty, 1);
        await job.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Rest_WhenCancelled_Ends()
    {
        using var threads = new WorkThreads("test", 1, () => 0.0001);
        using var stop = new CancellationTokenSource();
        var job = Task.Run(() => threads.Run(
            () =>
            {
                while (true)
                {
                    Thread.SpinWait(2_000);
                    WorkPace.Checkpoint(stop.Token);
                }
            },
            stop.Token));
        await Task.Delay(100);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Run_WhenCancelledBefore_DoesNotBegin()
    {
        using var threads = new WorkThreads("test", 1, () => 1);
        bool began = false;
        Assert.ThrowsAny<OperationCanceledException>(() => threads.Run(() => began = true, new CancellationToken(canceled: true)));
        Assert.False(began);
    }

    [Fact]
    public void Loop_OutsideAnyJob_RunsOnThePool()
    {
        Assert.Same(TaskScheduler.Default, WorkPace.Loop(2, CancellationToken.None).TaskScheduler);
        WorkPace.Checkpoint(CancellationToken.None);
        Assert.ThrowsAny<OperationCanceledException>(() => WorkPace.Checkpoint(new CancellationToken(canceled: true)));
    }
}
