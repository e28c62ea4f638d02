using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.CrashTests;

/// <summary>kill -9 of the real server, while one caller streams new points in and others replace points: again and again on one directory.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 20;
    private const int Replacers = 2;
    private const int WindowSize = 64;

    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-kill-").FullName;
    private readonly GroupHistory _history = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task KilledAtAnyMoment_NothingAnsweredIsLost_AndNothingIsHalfApplied()
    {
        var random = new Random(20);
        string data = Path.Combine(_directory, "data");
        for (int kill = 0; kill <= Kills; kill++)
        {
            await using var server = await ServerProcess.StartAsync(data);
            using var connection = new GrpcConnection(server.GrpcPort);
            if (kill == 0)
                await CreateAsync(connection);
            else
                await CheckAsync(connection);

            if (kill == Kills)
                break;

            await WriteUntilKilledAsync(server, connection, random);
        }

        Assert.True(_history.Answers > Kills, $"only {_history.Answers} writes were answered");
    }

    private static async Task CreateAsync(GrpcConnection connection)
    {
        var config = new CollectionConfig();
        config.Vectors.Add("v", new VectorConfig { Dimension = GroupHistory.Dimension, Metric = Metric.Euclidean });
        await connection.CallAsync<CreateCollectionResponse>(
            "CollectionService/Create", new CreateCollectionRequest { Collection = GroupHistory.Collection, Config = config });
    }

    private async Task CheckAsync(GrpcConnection connection)
    {
        var responses = await connection.CallAsync<ScrollResponse>("PointService/Scroll", new ScrollRequest { Collection = GroupHistory.Collection, WithVectors = true });
        _history.Check([.. responses.SelectMany(response => response.Points)]);
        var verified = await connection.CallAsync<VerifyResponse>("AdminService/Verify", new VerifyRequest { Collection = GroupHistory.Collection });
        Assert.Empty(Assert.Single(verified).Problems);
    }

    private async Task WriteUntilKilledAsync(ServerProcess server, GrpcConnection connection, Random random)
    {
        int before = _history.Answers;
        int answersBeforeKill = random.Next(1, 150);
        int delayMs = random.Next(0, 20);
        int[] seeds = [.. Enumerable.Range(0, Replacers).Select(_ => random.Next())];
        List<Task> writers = [StreamAsync(connection), .. seeds.Select(seed => ReplaceAsync(connection, new Random(seed)))];

        // Whatever goes wrong before the kill is a failure of the test; afterwards everything must fail.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (_history.Answers < before + answersBeforeKill)
        {
            Assert.True(clock.Elapsed < ServerProcess.Patience, "the writes are not answered");
            foreach (var ended in writers.Where(writer => writer.IsCompleted))
                await ended;

            await Task.Delay(1);
        }

        await Task.Delay(delayMs);
        await server.KillAsync();
        foreach (var writer in writers)
            await Assert.ThrowsAnyAsync<Exception>(() => writer.WaitAsync(ServerProcess.Patience));
    }

    private async Task StreamAsync(GrpcConnection connection)
    {
        // Sent and not answered yet, in order.
        var window = Channel.CreateBounded<int>(WindowSize);
        await connection.CallAsync<UpsertResponse>("PointService/UpsertStream", RequestsAsync(window.Writer), _ =>
        {
            Assert.True(window.Reader.TryRead(out int group));
            _history.Answered(group, version: 1);
        });
    }

    private async IAsyncEnumerable<IMessage> RequestsAsync(ChannelWriter<int> window, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            var (request, group) = _history.SendNew();
            await window.WriteAsync(group, cancellation);
            yield return request;
        }
    }

    private async Task ReplaceAsync(GrpcConnection connection, Random random)
    {
        while (true)
        {
            if (_history.SendNext(random) is not var (request, group, version))
            {
                await Task.Delay(1);
                continue;
            }

            await connection.CallAsync<UpsertResponse>("PointService/Upsert", request);
            _history.Answered(group, version);
        }
    }
}
