using VectorStore.Interop.Tests.Clients;

namespace VectorStore.Interop.Tests;

/// <summary>The standard interoperability service on our layer, judged by clients that we did not write, and by our own.</summary>
public sealed class StandardCaseTests(HostFixture host) : IClassFixture<HostFixture>
{
    // grpcio cannot leave one message of a compressed call uncompressed.
    private static readonly string[] s_notOfGrpcio = ["client_compressed_streaming"];

    public static TheoryData<string> All => [.. CaseNames.Standard];

    public static TheoryData<string> OfGrpcio => [.. CaseNames.Standard.Except(s_notOfGrpcio)];

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task Grpc_js_passes(string name) => (await host.RunAsync("node/interop-client.mjs")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(OfGrpcio))]
    public async Task Grpcio_passes(string name) => (await host.RunAsync("python/interop_client.py")).AssertPassed(name);

    [Theory]
    [MemberData(nameof(All))]
    public Task Our_client_passes(string name) => StandardCases.RunAsync(name, host.Grpc);

    [SkippableFact]
    public async Task Scripts_have_no_other_cases()
    {
        (await host.RunAsync("node/interop-client.mjs")).AssertHasOnly(CaseNames.Standard);
        (await host.RunAsync("python/interop_client.py")).AssertHasOnly(CaseNames.Standard);
    }
}
