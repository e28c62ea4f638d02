using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace VectorStore.Server.Tests.Services;

/// <summary>The services as curl sees them: JSON over HTTP/1.1.</summary>
public sealed class JsonSessionTests : IAsyncLifetime
{
    private readonly HttpClient _http = new() { Timeout = TestServer.Patience };
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task CreateUpsertSearchCountDelete_InJson()
    {
        await OkAsync("CollectionService/Create", """{"collection":"films","config":{"vectors":{"plot":{"dimension":2,"metric":"METRIC_COSINE"}}}}""");
        var written = await OkAsync(
            "PointService/Upsert",
            """{"collection":"films","points":[{"id":1,"vector":[1,0],"payload":{"title":"Metropolis","year":1927}},{"id":"18446744073709551615","vector":[0,1],"payload":{"year":1979}}]}""");
        Assert.Equal("2", written["result"]!["pointsChanged"]!.ToString());

        var found = await OkAsync("SearchService/Search", """{"collection":"films","vector":[0.9,0.1],"limit":5,"filter":{"must":[{"key":"year","range":{"lt":1950}}]}}""");
        var point = Assert.Single(found["points"]!.AsArray())!;
        Assert.Equal("1", point["id"]!.ToString());
        Assert.Equal("Metropolis", point["payload"]!["title"]!.ToString());

        Assert.Equal("2", (await OkAsync("PointService/Count", """{"collection":"films"}"""))["count"]!.ToString());
        Assert.Equal("1", (await OkAsync("PointService/Delete", """{"collection":"films","ids":["18446744073709551615"]}"""))["result"]!["pointsChanged"]!.ToString());
        Assert.Equal("COLLECTION_HEALTH_GREEN", (await OkAsync("CollectionService/Get", """{"collection":"films"}"""))["collection"]!["health"]!.ToString());
    }

    [Theory]
    [InlineData("CollectionService/Create", """{"collection":"a b","config":{}}""", HttpStatusCode.BadRequest, "invalid_argument", "collection: a name has letters, digits, '.', '_' and '-' only, got U+0020 at position 1")]
    [InlineData("PointService/Count", """{"collection":"nobody"}""", HttpStatusCode.NotFound, "not_found", "there is no collection 'nobody'")]
    [InlineData("SearchService/SearchBatch", """{"searches":[]}""", HttpStatusCode.BadRequest, "invalid_argument", "searches: expected 1 to 1000, got none")]
    public async Task Mistakes_HaveTheSameSentences(string method, string json, HttpStatusCode status, string code, string message)
    {
        var (found, body) = await PostAsync(method, json);
        Assert.Equal((status, code, message), (found, body["code"]!.ToString(), body["message"]!.ToString()));
    }

    private async Task<JsonNode> OkAsync(string method, string json)
    {
        var (status, body) = await PostAsync(method, json);
        Assert.True(status == HttpStatusCode.OK, body.ToJsonString());
        return body;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string method, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync($"http://127.0.0.1:{_server.Host.HttpPort}/vectorstore.v1.{method}", content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
