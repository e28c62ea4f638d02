namespace VectorStore.Interop.Tests;

/// <summary>The conformance script against our layer, the same cases with two clients that we did not write.</summary>
public sealed class ConformanceTests(HostFixture host) : IClassFixture<HostFixture>
{
    public static TheoryData<string> Cases => [.. CaseNames.Conformance];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpc_js_passes(string name) => (await host.RunAsync("node/conformance.mjs")).AssertPassed(name);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public async Task Grpcio_passes(string name) => (await host.RunAsync("python/conformance.py")).AssertPassed(name);

    [SkippableFact]
    public async Task Scripts_have_no_other_cases()
    {
        (await host.RunAsync("node/conformance.mjs")).AssertHasOnly(CaseNames.Conformance);
        (await host.RunAsync("python/conformance.py")).AssertHasOnly(CaseNames.Conformance);
    }
}
