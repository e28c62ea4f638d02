namespace VectorStore.Interop.Tests;

/// <summary>The real server and its services, used by clients that we did not write.</summary>
public sealed class ServerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    public static TheoryData<string> Cases => [.. CaseNames.Server];

    public static TheoryData<string> CurlCases => [.. CaseNames.Curl];

    public static TheoryData<string> ConnectCases => [.. AllOfConnect()];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpc_js_passes_with_our_proto_files(string name) => (await server.RunAsync("node/vectorstore-client.mjs", "protos")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpc_js_passes_with_nothing_but_reflection(string name) => (await server.RunAsync("node/vectorstore-client.mjs", "reflection")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpcio_passes_with_our_descriptors(string name) => (await server.RunAsync("python/vectorstore_client.py", "descriptors")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpcio_passes_with_nothing_but_reflection(string name) => (await server.RunAsync("python/vectorstore_client.py", "reflection")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(ConnectCases))]
    public async Task Connect_node_passes(string name) => (await server.RunAsync("node/vectorstore-connect.mjs")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(CurlCases))]
    public async Task Curl_passes(string name) => (await server.RunAsync("curl.sh")).AssertPassed(name);

    [SkippableFact]
    public async Task Scripts_have_no_other_cases()
    {
        (await server.RunAsync("node/vectorstore-client.mjs", "protos")).AssertHasOnly(CaseNames.Server);
        (await server.RunAsync("python/vectorstore_client.py", "descriptors")).AssertHasOnly(CaseNames.Server);
        (await server.RunAsync("node/vectorstore-connect.mjs")).AssertHasOnly(AllOfConnect());
        (await server.RunAsync("curl.sh")).AssertHasOnly(CaseNames.Curl);
    }

    private static IEnumerable<string> AllOfConnect() =>
        CaseNames.Transports.SelectMany(transport => CaseNames.ServerConnect.Select(name => $"{name} over {transport}"));
}
