using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;

namespace VectorStore.Server.Tests.Rpc;

public sealed class HttpTests
{
    [Theory]
    [InlineData("application/grpc", HttpStatusCode.OK)]
    [InlineData("application/grpc+proto", HttpStatusCode.OK)]
    [InlineData("application/grpc; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("application/grpc+thrift", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpcx", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task ContentType_DecidesWhetherAnExchangeIsACall(string? contentType, HttpStatusCode expected)
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var request = GrpcRequests.Request("Unary", new ByteArrayContent(Frames.Of(new Note())));
        request.Content!.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);

        using var response = await server.Client.SendAsync(request).WaitAsync(ProbeServer.Patience);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Method_OtherThanPost_IsNotAllowed()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());

        using var response = await server.Client.GetAsync(new Uri(GrpcRequests.Probe + "Unary", UriKind.Relative)).WaitAsync(ProbeServer.Patience);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Grpc_OverHttp1_IsToldToUpgrade()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        using var client = new HttpClient { BaseAddress = server.HttpAddress };
        using var request = GrpcRequests.Request("Unary", new ByteArrayContent(Frames.Of(new Note())));
        request.Version = HttpVersion.Version11;

        using var response = await client.SendAsync(request).WaitAsync(ProbeServer.Patience);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task Tls_WithACertificate_CarriesCalls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var unusable = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(unusable.Export(X509ContentType.Pkcs12), null);
        await using var server = await ProbeServer.StartAsync(new ProbeService(), certificate: certificate);

        Assert.Equal("https", server.GrpcAddress.Scheme);
        Assert.Equal(8, Assert.Single((await server.CallAsync("Unary", Frames.Of(new Note { Number = 8 }))).Notes).Number);
        Assert.Equal(StatusCode.Ok, (await server.CallAsync("ServerStream", Frames.Of(new Note { Number = 100 }))).Status);
    }

    [Fact]
    public async Task Headers_LongerThanTheLimit_FailTheCallOnly()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeService());
        var random = new Random(5);
        string value = string.Concat(Enumerable.Range(0, 40_000).Select(_ => (char)random.Next('a', 'z')));

        using var request = GrpcRequests.Request("Unary", new ByteArrayContent(Frames.Of(new Note())), ("x-huge", value));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var response = await server.Client.SendAsync(request).WaitAsync(ProbeServer.Patience);
            response.EnsureSuccessStatusCode();
        });

        Assert.Equal(StatusCode.Ok, (await server.CallAsync("Unary", Frames.Of(new Note()), ("x-large", value[..8000]))).Status);
        await server.WaitUntilIdleAsync();
    }

    [Fact]
    public void Dispatcher_WithOneServiceTwice_IsRefused()
    {
        using var loggers = new Microsoft.Extensions.Logging.LoggerFactory();

        var refused = Assert.Throws<ArgumentException>(() => new RpcDispatcher([new ProbeService(), new ProbeService()], new RpcOptions(), loggers));

        Assert.Contains("vectorstore.tests.Probe is offered twice", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        using var loggers = new Microsoft.Extensions.Logging.LoggerFactory();

        Assert.Contains("ReceiveMessageBytesMax", Assert.Throws<ArgumentOutOfRangeException>(() => new RpcDispatcher([], new RpcOptions { ReceiveMessageBytesMax = 0 }, loggers)).Message, StringComparison.Ordinal);
        Assert.Contains("ConcurrentCallsMax", Assert.Throws<ArgumentOutOfRangeException>(() => new RpcDispatcher([], new RpcOptions { ConcurrentCallsMax = -1 }, loggers)).Message, StringComparison.Ordinal);
    }
}
