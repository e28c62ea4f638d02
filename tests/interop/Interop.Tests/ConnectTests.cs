namespace VectorStore.Interop.Tests;

/// <summary>Connect in JSON and binary, gRPC-Web and gRPC on our layer, spoken by connect-node.</summary>
public sealed class ConnectTests(HostFixture host) : IClassFixture<HostFixture>
{
    private const string Script = "node/connect.mjs";

    public static TheoryData<string> Cases => [.. All()];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Connect_node_passes(string name) => (await host.RunAsync(Script)).AssertPassed(name);

    [SkippableFact]
    public async Task The_script_has_no_other_cases() => (await host.RunAsync(Script)).AssertHasOnly(All());

    private static IEnumerable<string> All() =>
        CaseNames.Transports.SelectMany(transport => CaseNames.ConnectOver(transport).Select(name => $"{name} over {transport}"));
}
