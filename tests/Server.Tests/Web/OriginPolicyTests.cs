using System.Net;
using VectorStore.Server.Rpc;
using VectorStore.Server.Tests.Connect;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Web;

public sealed class OriginPolicyTests
{
    private const string Page = "https://app.example.org";

    [Fact]
    public async Task WebPage_OfAnOriginThatIsNotAllowed_IsRefusedBeforeTheHandler()
    {
        int calls = 0;
        var service = new ProbeService { Unary = (request, _) => new(calls++ == 0 ? request : request) };
        await using var probe = await HttpProbe.StartAsync(service);
        foreach (string origin in new[] { Page, "null", probe.Server.HttpAddress.GetLeftPart(UriPartial.Authority) })
        {
            using var call = await probe.PostAsync("Unary", "{}", ("Origin", origin));
            Assert.Equal(403, (int)call.StatusCode);
            var error = await HttpProbe.ErrorAsync(call);
            Assert.Equal(("permission_denied", "ORIGIN_NOT_ALLOWED"), (error.Code, error.Reason));
            Assert.Contains(origin, error.Message, StringComparison.Ordinal);

            using var preflight = await PreflightAsync(probe, origin);
            Assert.Equal(403, (int)preflight.StatusCode);
            Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        }

        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("*")]
    public async Task WebPage_OfAnAllowedOrigin_MayAskAndReadEverything(string allowed)
    {
        await using var probe = await HttpProbe.StartAsync(options: new RpcOptions { AllowedOrigins = ["http://other.example", allowed] });
        using var preflight = await PreflightAsync(probe, Page);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(Page, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Equal("POST", Header(preflight, "Access-Control-Allow-Methods"));
        Assert.Equal("content-type,x-grpc-web,x-mine-bin", Header(preflight, "Access-Control-Allow-Headers"));
        Assert.NotNull(Header(preflight, "Access-Control-Max-Age"));
        Assert.Equal("Origin", Header(preflight, "Vary"));

        using var call = await probe.PostAsync("Unary", "application/grpc-web+proto", Frames.Of(new Note()), ("Origin", Page));
        Assert.Equal(HttpStatusCode.OK, call.StatusCode);
        Assert.Equal(Page, Header(call, "Access-Control-Allow-Origin"));
        Assert.Contains("grpc-status-details-bin", Header(call, "Access-Control-Expose-Headers"), StringComparison.Ordinal);

        using var wrong = await probe.PostAsync("Unary", """{"x": 1}""", ("Origin", Page));
        Assert.Equal((400, Page), ((int)wrong.StatusCode, Header(wrong, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Options_WithoutAQuestion_IsNoCall()
    {
        await using var probe = await HttpProbe.StartAsync(options: new RpcOptions { AllowedOrigins = ["*"] });
        using var withoutOrigin = await probe.SendAsync(HttpMethod.Options, "Unary", null, null);
        Assert.Equal(405, (int)withoutOrigin.StatusCode);
    }

    [Theory]
    [InlineData("app.example.org")]
    [InlineData("https://app.example.org/")]
    [InlineData("https://app.example.org/path")]
    [InlineData("https://")]
    [InlineData("")]
    public void Options_WithWhatIsNoOrigin_AreRefused(string origin)
    {
        var error = Assert.Throws<ArgumentException>(() => new RpcOptions { AllowedOrigins = [origin] }.Validate());
        Assert.Contains($"'{origin}'", error.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PreflightAsync(HttpProbe probe, string origin) =>
        probe.SendAsync(
            HttpMethod.Options, "Unary", null, null,
            ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,x-grpc-web,x-mine-bin"));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
