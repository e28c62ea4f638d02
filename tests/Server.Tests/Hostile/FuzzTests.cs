using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Logging;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.V1;
using VectorStore.Server.Tests.Rpc;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>Twenty thousand fuzzed calls of each method, of those that work on files fewer, against a whole server, beside somebody who only wants to work.</summary>
public sealed class FuzzTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int CallsOfEach = 20_000;
    private const int CallsOfEachOnFiles = 500;
    private const int CallsAtOnce = 100;
    private const int VerifiedOneOf = 16;
    private const long HeapGrowthMax = 96L << 20;

    // What changes which collections there are comes last: the others should find theirs.
    private static readonly string[] s_last = ["Create", "Delete"];

    private static IEnumerable<MethodDescriptor> Methods =>
        ((FileDescriptor[])[CollectionsReflection.Descriptor, PointsReflection.Descriptor, SearchReflection.Descriptor, AdminReflection.Descriptor, SnapshotsReflection.Descriptor])
            .SelectMany(file => file.Services)
            .SelectMany(service => service.Methods)
            .OrderBy(method => method.Service.Name == "SnapshotService" ? 1 : method.Service.Name == "CollectionService" && s_last.Contains(method.Name) ? 2 : 0);

    [Fact]
    public async Task FuzzedCallsOfEveryMethod_EndWithTypedErrors_AndLeaveNothingBehind()
    {
        using var log = new RecordingLoggers();
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Error).AddProvider(log));
        await using var server = await TestServer.StartAsync(options => options with { MessageBytesMax = 4 << 20 }, loggers: loggers);
        foreach (string collection in (string[])["fuzz", "quiet"])
        {
            await server.Grpc.CreateAsync(collection);
            await server.Grpc.UpsertAsync(TestPoints.Upsert(collection, TestPoints.Point(1), TestPoints.Point(2, json: "{\"a\":1}")));
        }

        using var fuzzed = new CancellationTokenSource();
        var quiet = StayQuietlyAtWorkAsync(server.Host.GrpcPort, fuzzed.Token);
        var statuses = new ConcurrentDictionary<(string Method, StatusCode Status), int>();
        var methods = Methods.ToList();
        Assert.True(methods.Count >= 31, "a service has no fuzzed calls");

        // The first round of everything compiles code and fills pools.
        foreach (var method in methods.SkipLast(2))
            await FuzzAsync(server, method, Math.Min(200, CallsOf(method)), statuses);

        var failures = new List<string>();
        long heapBefore = Heap();
        foreach (var method in methods)
        {
            var watch = Stopwatch.StartNew();
            string? failure = await FuzzAsync(server, method, CallsOf(method), statuses);
            if (failure is not null)
                failures.Add(failure);

            var ends = statuses.Where(end => end.Key.Method == method.Name).OrderByDescending(end => end.Value).Select(end => $"{end.Key.Status} {end.Value}");
            output.WriteLine($"{method.FullName}: {watch.Elapsed.TotalSeconds:F1} s: {string.Join(", ", ends)}");
        }

        // The log says what the callers are not told.
        Assert.True(failures.Count == 0, string.Join('\n', failures.Concat(log.Lines.Select(line => $"{line.Message} {line.Exception}").Distinct().Take(20))));
        Assert.Empty(log.Lines);
        await fuzzed.CancelAsync();
        Assert.True(await quiet > 10, "the quiet caller hardly got a turn");
        await EndedAsync(server);
        long growth = await HeapGrowthAsync(heapBefore);
        output.WriteLine($"heap grew by {growth >> 10:N0} KiB");
        Assert.InRange(growth, long.MinValue, HeapGrowthMax);

        foreach (var method in methods)
            Assert.Contains(statuses.Keys, key => key.Method == method.Name && key.Status == StatusCode.InvalidArgument);
    }

    /// <summary>Those on snapshots that are understood write and sync files; a scrub reads all files, and whatever is understood asks for one.</summary>
    private static int CallsOf(MethodDescriptor method) => method.Service.Name == "SnapshotService" || method.Name == "RunScrub" ? CallsOfEachOnFiles : CallsOfEach;

    /// <summary>Those that are understood read every file of the collection: as many messages are sent, and fewer of them name one that is there.</summary>
    private static bool ReadsEverything(MethodDescriptor method) => method is { Service.Name: "AdminService", Name: "Verify" or "VerifyStream" };

    /// <summary>All calls of a server have ended, sooner or later.</summary>
    internal static async Task EndedAsync(TestServer server)
    {
        var watch = Stopwatch.StartNew();
        while (server.Host.RunningCalls > 0)
        {
            Assert.True(watch.Elapsed < TestServer.Patience, $"{server.Host.RunningCalls} calls still run");
            await Task.Delay(10);
        }
    }

    /// <returns>The first call that was answered as none should be; null where there was none.</returns>
    private static async Task<string?> FuzzAsync(TestServer server, MethodDescriptor method, int calls, ConcurrentDictionary<(string Method, StatusCode Status), int> statuses)
    {
        await using var connection = await RawConnection.OpenAsync(server.Host.GrpcPort);
        var messages = new FuzzedMessages(new Random(method.FullName.Length * 7919 + calls), "fuzz", ReadsEverything(method) ? VerifiedOneOf : 1);
        using var turns = new SemaphoreSlim(CallsAtOnce);
        string path = $"/{method.Service.FullName}/{method.Name}";
        var failures = new ConcurrentQueue<string>();
        for (int call = 0; call < calls && failures.IsEmpty; call++)
        {
            Assert.True(await turns.WaitAsync(TestServer.Patience), $"{path}: calls hang");
            byte[] body = messages.Body(method);
            _ = JudgeAsync(connection.Call(path, body, end: true, ("grpc-timeout", "50S")), body);
        }

        for (int turn = 0; turn < CallsAtOnce; turn++)
            Assert.True(await turns.WaitAsync(TestServer.Patience), $"{path}: calls hang");

        return failures.FirstOrDefault();

        async Task JudgeAsync(int stream, byte[] body)
        {
            try
            {
                var answer = await connection.EndOf(stream);
                if (!answer.IsTyped)
                    failures.Enqueue($"{path}: {answer}: {Hex(body)}");
                else
                    statuses.AddOrUpdate((method.Name, answer.Status ?? StatusCode.Unknown), 1, (_, count) => count + 1);
            }
            catch (TimeoutException)
            {
                failures.Enqueue($"{path}: no answer: {Hex(body)}");
            }
            finally
            {
                connection.Forget(stream);
                turns.Release();
            }
        }
    }

    /// <summary>Searches now and then, and counts how often; an error ends the test.</summary>
    private static async Task<int> StayQuietlyAtWorkAsync(int port, CancellationToken cancellation)
    {
        using var caller = new GrpcCaller(port);
        int searches = 0;
        while (!cancellation.IsCancellationRequested)
        {
            Assert.Equal(2, (await caller.SearchAsync(TestPoints.Search("quiet"))).Count);
            searches++;
            await Task.Delay(10, CancellationToken.None);
        }

        return searches;
    }

    private static string Hex(byte[] body) => Convert.ToHexString(body.AsSpan(0, Math.Min(body.Length, 400)));

    /// <summary>The heap is the whole process's, and other tests run beside this one: what they hold for a while is not what a call left behind.</summary>
    private static async Task<long> HeapGrowthAsync(long before)
    {
        var watch = Stopwatch.StartNew();
        long growth;
        while ((growth = Heap() - before) > HeapGrowthMax && watch.Elapsed < TestServer.Patience)
            await Task.Delay(100);

        return growth;
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
