using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using VectorStore.Server.Rpc;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Connect;

/// <summary>A probe server, and a client of its HTTP/1.1 port.</summary>
internal sealed class HttpProbe : IAsyncDisposable
{
    private readonly HttpClient _client;

    private HttpProbe(ProbeServer server)
    {
        Server = server;
        _client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = server.HttpAddress, Timeout = ProbeServer.Patience };
    }

    public ProbeServer Server { get; }

    public static async Task<HttpProbe> StartAsync(ProbeService? service = null, RpcOptions? options = null) =>
        new(await ProbeServer.StartAsync(service ?? new ProbeService(), options));

    public static async Task<HttpProbe> StartAsync(IEnumerable<IRpcService> services, RpcOptions? options = null) =>
        new(await ProbeServer.StartAsync(services, options));

    public Task<HttpResponseMessage> PostAsync(string method, string json, params (string Name, string Value)[] headers) =>
        PostAsync(method, "application/json", Encoding.UTF8.GetBytes(json), headers);

    public Task<HttpResponseMessage> PostAsync(string method, string contentType, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, method, contentType, new ByteArrayContent(body), headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod verb, string method, string? contentType, HttpContent? content, params (string Name, string Value)[] headers) =>
        _client.SendAsync(NewRequest(verb, method, contentType, content, headers));

    /// <summary>Returns as soon as there are headers.</summary>
    public Task<HttpResponseMessage> StartPostAsync(string method, string contentType, HttpContent content, CancellationToken cancellation, params (string Name, string Value)[] headers) =>
        _client.SendAsync(NewRequest(HttpMethod.Post, method, contentType, content, headers), HttpCompletionOption.ResponseHeadersRead, cancellation);

    /// <summary>The error in an answer: its code, its message, the reason and the field of its details.</summary>
    public static async Task<(string Code, string Message, string? Reason, string? Field)> ErrorAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return Error(json.RootElement);
    }

    public static (string Code, string Message, string? Reason, string? Field) Error(JsonElement error)
    {
        string? reason = null;
        string? field = null;
        if (error.TryGetProperty("details", out var details))
        {
            foreach (var detail in details.EnumerateArray())
            {
                byte[] value = GrpcAnswer.Base64(detail.GetProperty("value").GetString()!);
                Assert.DoesNotContain("=", detail.GetProperty("value").GetString(), StringComparison.Ordinal);
                if (detail.GetProperty("type").GetString() == "google.rpc.ErrorInfo")
                    reason = VectorStore.Protocol.Errors.ErrorInfo.Parser.ParseFrom(value).Reason;
                else if (detail.GetProperty("type").GetString() == "google.rpc.BadRequest")
                    field = VectorStore.Protocol.Errors.BadRequest.Parser.ParseFrom(value).FieldViolations[0].Field;
            }
        }

        return (error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!, reason, field);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return Server.DisposeAsync();
    }

    private static HttpRequestMessage NewRequest(HttpMethod verb, string method, string? contentType, HttpContent? content, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(verb, method.StartsWith('/') ? method : GrpcRequests.Probe + method) { Content = content };
        if (contentType is not null)
            content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        foreach (var (name, value) in headers)
            Assert.True(name.StartsWith("Content-", StringComparison.Ordinal) ? content!.Headers.TryAddWithoutValidation(name, value) : request.Headers.TryAddWithoutValidation(name, value));

        return request;
    }
}
