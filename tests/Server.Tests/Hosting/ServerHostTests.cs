using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Health;
using VectorStore.Protocol.V1;
using VectorStore.Server.Hosting;
using VectorStore.Server.Tests.Rpc;
using VectorStore.Server.Tests.Services;
using ServingStatus = VectorStore.Protocol.Health.HealthCheckResponse.Types.ServingStatus;

namespace VectorStore.Server.Tests.Hosting;

public sealed class ServerHostTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-host-").FullName;
    private readonly HttpClient _http = new() { Timeout = TestServer.Patience };

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task WhileItRecovers_ProbesAnswerAndCallsAreUnavailable_AndThenBothAreReady()
    {
        var gate = new TaskCompletionSource();
        await using var host = await ServerHost.StartAsync(
            Options(),
            NullLoggerFactory.Instance,
            open: async (options, cancellation) =>
            {
                await gate.Task;
                return await VectorDatabase.OpenAsync(_directory, options, cancellation);
            });
        using var grpc = new GrpcCaller(host.GrpcPort);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/healthz")).Status);
        var starting = await GetAsync(host, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, starting.Status);
        Assert.Contains("\"starting\"", starting.Body, StringComparison.Ordinal);
        var early = await grpc.RefusedAsync("PointService/Count", new CountRequest { Collection = "c" });
        Assert.Equal((StatusCode.Unavailable, "NOT_READY"), (early.Code, early.Reason));
        Assert.Equal(ServingStatus.NotServing, await HealthAsync(host));

        gate.SetResult();
        await host.Ready.WaitAsync(TestServer.Patience);
        await grpc.CreateAsync("c");
        var ready = await GetAsync(host, "/readyz");
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready","collections":{"green":1,"yellow":0,"red":0}}"""), ready);
        Assert.Equal(ServingStatus.Serving, await HealthAsync(host));
        Assert.Equal(ServingStatus.Serving, await HealthAsync(host, "vectorstore.v1.SearchService"));
    }

    [Fact]
    public async Task StopWhileItRecovers_EndsWithoutADatabase()
    {
        var host = await ServerHost.StartAsync(
            Options(),
            NullLoggerFactory.Instance,
            open: async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException();
            });
        await host.StopAsync().WaitAsync(TestServer.Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Ready);
    }

    [Fact]
    public async Task DirectoryThatIsInUse_FailsWithTheSentence_AndIsNotReady()
    {
        await using var first = await ServerHost.StartAsync(Options(), NullLoggerFactory.Instance);
        await first.Ready;
        await using var second = await ServerHost.StartAsync(Options(), NullLoggerFactory.Instance);
        var problem = await Assert.ThrowsAsync<StartException>(() => second.Ready.WaitAsync(TestServer.Patience));
        Assert.Equal(ExitCode.DataDirectoryInUse, problem.ExitCode);
        Assert.Contains(_directory, problem.Message, StringComparison.Ordinal);
        Assert.Contains("\"failed\"", (await GetAsync(second, "/readyz")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortThatIsTaken_IsNamed()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var grpc = await Assert.ThrowsAsync<StartException>(() => ServerHost.StartAsync(Options() with { GrpcPort = port }, NullLoggerFactory.Instance));
        Assert.Equal((ExitCode.PortTaken, $"port {port} of 127.0.0.1 is taken by another process; choose another one with --grpc-port"), (grpc.ExitCode, grpc.Message));
        var http = await Assert.ThrowsAsync<StartException>(() => ServerHost.StartAsync(Options() with { HttpPort = port }, NullLoggerFactory.Instance));
        Assert.Contains("--http-port", http.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WaitsForRunningCalls_AndEndsThoseThatTakeTooLong()
    {
        var host = await ServerHost.StartAsync(Options() with { DrainLimit = TimeSpan.FromSeconds(1) }, NullLoggerFactory.Instance);
        await host.Ready;
        using var grpc = new GrpcCaller(host.GrpcPort);
        await grpc.CreateAsync("c");
        using var stream = grpc.Start("PointService/UpsertStream");
        await stream.SendAsync(TestPoints.Upsert("c", TestPoints.Point(1)));
        var answers = await (await stream.Response).Content.ReadAsStreamAsync();
        await Frames.ReadAsync(answers).WaitAsync(TestServer.Patience);

        var stopping = host.StopAsync();
        Assert.Equal("draining", (await TryReadyAsync(host)) ?? "draining");
        var ended = await stream.EndAsync();
        Assert.Equal(StatusCode.Unavailable, ended.Status);
        await stopping.WaitAsync(TestServer.Patience);

        await using var again = await VectorDatabase.OpenAsync(_directory);
        Assert.Equal(1, await again.GetCollection("c").CountAsync());
    }

    [Fact]
    public async Task Restart_ShowsWhatWasStored()
    {
        await using (var first = await ServerHost.StartAsync(Options(), NullLoggerFactory.Instance))
        {
            await first.Ready;
            using var grpc = new GrpcCaller(first.GrpcPort);
            await grpc.CreateAsync("c");
            await grpc.UpsertAsync(TestPoints.Upsert("c", TestPoints.Point(1), TestPoints.Point(2)));
        }

        await using var second = await ServerHost.StartAsync(Options(), NullLoggerFactory.Instance);
        await second.Ready;
        using var caller = new GrpcCaller(second.GrpcPort);
        Assert.Equal(2, await caller.CountAsync("c"));
        Assert.Equal(2, (await caller.SearchAsync(TestPoints.Search("c"))).Count);
    }

    [Fact]
    public async Task Tls_ServesBothPorts()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        string certificatePath = Path.Combine(_directory, "cert.pem");
        string keyPath = Path.Combine(_directory, "key.pem");
        await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem());
        await using var host = await ServerHost.StartAsync(
            Options() with { DataDirectory = Path.Combine(_directory, "data"), TlsCertificate = certificatePath, TlsKey = keyPath }, NullLoggerFactory.Instance);
        await host.Ready;

        using var trusting = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() } });
        Assert.Contains("alive", await trusting.GetStringAsync($"https://127.0.0.1:{host.HttpPort}/healthz"), StringComparison.Ordinal);
        using var call = GrpcRequests.Request("/vectorstore.v1.AdminService/Status", new ByteArrayContent(Frames.Of(new StatusRequest())));
        call.RequestUri = new Uri($"https://127.0.0.1:{host.GrpcPort}/vectorstore.v1.AdminService/Status");
        using var response = await trusting.SendAsync(call);
        Assert.Equal(StatusCode.Ok, (await GrpcAnswer.ReadAsync(response)).Status);

        var unusable = Options() with { TlsCertificate = keyPath, TlsKey = certificatePath };
        Assert.Equal(ExitCode.BadOptions, (await Assert.ThrowsAsync<StartException>(() => ServerHost.StartAsync(unusable, NullLoggerFactory.Instance))).ExitCode);
    }

    [Fact]
    public async Task Probes_AnswerGetAndHead_AndNothingElse()
    {
        await using var host = await ServerHost.StartAsync(Options(), NullLoggerFactory.Instance);
        await host.Ready;
        using var head = new HttpRequestMessage(HttpMethod.Head, $"http://127.0.0.1:{host.HttpPort}/readyz");
        using var post = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{host.HttpPort}/readyz");
        using var headAnswer = await _http.SendAsync(head);
        using var postAnswer = await _http.SendAsync(post);
        Assert.Equal(HttpStatusCode.OK, headAnswer.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, postAnswer.StatusCode);
        Assert.False(headAnswer.Headers.Contains("Server"));
    }

    private static async Task<ServingStatus> HealthAsync(ServerHost host, string service = "")
    {
        using var http = new HttpClient();
        using var request = GrpcRequests.Request("/grpc.health.v1.Health/Check", new ByteArrayContent(Frames.Of(new HealthCheckRequest { Service = service })));
        request.RequestUri = new Uri($"http://127.0.0.1:{host.GrpcPort}/grpc.health.v1.Health/Check");
        using var response = await http.SendAsync(request);
        var answer = await GrpcAnswer.ReadAsync(response);
        return HealthCheckResponse.Parser.ParseFrom(Assert.Single(answer.Frames).Message).Status;
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(ServerHost host, string path)
    {
        using var response = await _http.GetAsync($"http://127.0.0.1:{host.HttpPort}{path}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>What /readyz says while the server stops; null where the port is closed already.</summary>
    private async Task<string?> TryReadyAsync(ServerHost host)
    {
        try
        {
            return (await GetAsync(host, "/readyz")).Body.Contains("draining", StringComparison.Ordinal) ? "draining" : "ready";
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private ServerOptions Options() => new() { DataDirectory = _directory, HttpPort = 0, GrpcPort = 0, IndexThreads = 1, DrainLimit = TimeSpan.FromSeconds(5) };
}
