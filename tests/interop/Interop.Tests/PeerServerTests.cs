using VectorStore.Interop.Tests.Clients;

namespace VectorStore.Interop.Tests;

/// <summary>Our client against servers that we did not write. Together they have every standard case.</summary>
public sealed class PeerServerTests(PeerFixture peers) : IClassFixture<PeerFixture>
{
    // grpc-js does not compress what a server sends.
    private static readonly string[] s_notOfGrpcJs = ["server_compressed_unary", "server_compressed_streaming"];

    // grpcio does not tell a handler whether its request arrived compressed.
    private static readonly string[] s_notOfGrpcio = ["client_compressed_unary", "client_compressed_streaming"];

    public static TheoryData<string> OfGrpcJs => [.. CaseNames.Standard.Except(s_notOfGrpcJs)];

    public static TheoryData<string> OfGrpcio => [.. CaseNames.Standard.Except(s_notOfGrpcio)];

    [SkippableTheory]
    [MemberData(nameof(OfGrpcJs))]
    public async Task Our_client_passes_against_grpc_js(string name) => await StandardCases.RunAsync(name, await peers.StartAsync("node/interop-server.mjs"));

    [SkippableTheory]
    [MemberData(nameof(OfGrpcio))]
    public async Task Our_client_passes_against_grpcio(string name) => await StandardCases.RunAsync(name, await peers.StartAsync("python/interop_server.py"));
}
