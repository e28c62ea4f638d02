using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hostile;

/// <summary>A whole server that takes messages of 1 MiB, with a collection of a few points, and somebody on another connection who is not to notice anything.</summary>
public sealed class HostileServer : IAsyncLifetime
{
    public const int MessageBytesMax = 1 << 20;
    public const string Collection = "hostile";
    public const string SearchPath = "/vectorstore.v1.SearchService/Search";
    public const string UpsertPath = "/vectorstore.v1.PointService/Upsert";
    public const string UpsertStreamPath = "/vectorstore.v1.PointService/UpsertStream";
    public const string ScrollPath = "/vectorstore.v1.PointService/Scroll";

    internal TestServer Server { get; private set; } = null!;

    /// <summary>A search that is answered.</summary>
    internal static byte[] GoodSearch => Rpc.Frames.Of(TestPoints.Search(Collection));

    public async Task InitializeAsync()
    {
        Server = await TestServer.StartAsync(options => options with { MessageBytesMax = MessageBytesMax });
        await Server.Grpc.CreateAsync(Collection);
        for (ulong first = 0; first < 4000; first += 400)
        {
            var points = Enumerable.Range(0, 400).Select(offset => TestPoints.Point(first + (ulong)offset, json: $"{{\"text\":\"{new string('x', 300)}\"}}"));
            await Server.Grpc.UpsertAsync(TestPoints.Upsert(Collection, [.. points]));
        }
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal Task<RawConnection> OpenAsync(int windowBytes = int.MaxValue) => RawConnection.OpenAsync(Server.Host.GrpcPort, windowBytes);

    /// <summary>Others are served, and nothing of what was done before still runs.</summary>
    internal async Task AssertUnharmedAsync()
    {
        Assert.NotEmpty(await Server.Grpc.SearchAsync(TestPoints.Search(Collection)));
        await FuzzTests.EndedAsync(Server);
    }

    /// <summary>One call on a connection that lives on, and what it ends with.</summary>
    internal async Task<RawAnswer> CallAsync(string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        await using var connection = await OpenAsync();
        var answer = await connection.EndOf(connection.Call(path, body, end: true, headers));
        Assert.False(answer.IsConnectionLost, $"{answer}");

        var next = await connection.EndOf(connection.Call(SearchPath, GoodSearch));
        Assert.Equal(StatusCode.Ok, next.Status);
        await AssertUnharmedAsync();
        return answer;
    }

    internal static byte[] Frame(IMessage message) => Rpc.Frames.Of(message);
}
