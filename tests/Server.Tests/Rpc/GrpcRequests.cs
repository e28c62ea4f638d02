using System.Net.Http.Headers;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>Calls made by hand.</summary>
internal static class GrpcRequests
{
    public const string Probe = "/vectorstore.tests.Probe/";

    public static HttpRequestMessage Request(string method, HttpContent content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : Probe + method)
        {
            Content = content,
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        return request;
    }

    /// <summary>Sends a whole body and reads the whole answer.</summary>
    public static async Task<GrpcAnswer> CallAsync(this ProbeServer server, string method, byte[] body, params (string Name, string Value)[] headers)
    {
        using var limit = new CancellationTokenSource(ProbeServer.Patience);
        using var request = Request(method, new ByteArrayContent(body), headers);
        using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return await GrpcAnswer.ReadAsync(response).WaitAsync(limit.Token);
    }

    /// <summary>Starts a call whose body is written piece by piece.</summary>
    public static GrpcStream Start(this ProbeServer server, string method, params (string Name, string Value)[] headers) => new(server.Client, method, headers);
}
