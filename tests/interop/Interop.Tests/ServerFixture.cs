using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using VectorStore.Interop.Tests.Processes;

namespace VectorStore.Interop.Tests;

/// <summary>The real server as a process of its own over an empty data directory, and the scripts that ran against it, each once.</summary>
public sealed partial class ServerFixture : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ScriptRun>>> _runs = new(StringComparer.Ordinal);
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-interop-").FullName;
    private ChildProcess? _server;
    private string _grpc = "";
    private string _http = "";

    private string Descriptors => Path.Combine(_directory, "descriptors.bin");

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(Descriptors, Google.Protobuf.MessageExtensions.ToByteArray(Host.DescriptorSet.Build()));
        _server = ChildProcess.StartBuilt("vectorstore-server.dll", "--data", Path.Combine(_directory, "data"), "--http-port", "0", "--grpc-port", "0");
        var ports = Listening().Match(await _server.ReadLineAsync(Listening().IsMatch));
        _grpc = ports.Groups["grpc"].Value;
        _http = ports.Groups["http"].Value;
        await _server.ReadLineAsync(line => line.Contains(" ready: ", StringComparison.Ordinal));
        _server.IgnoreOutput();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.KillAsync();

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The script's run against the server. Skips the test where something is missing for it.</summary>
    /// <param name="script">Its path below tests/interop.</param>
    /// <param name="schema">Where it takes the services from; null where it has no choice.</param>
    internal Task<ScriptRun> RunAsync(string script, string? schema = null)
    {
        string? missing = Scripts.MissingFor(script);
        Skip.If(missing is not null, missing);
        return _runs.GetOrAdd($"{script} {schema}", _ => new Lazy<Task<ScriptRun>>(() => ScriptRun.RunAsync(script, [.. ArgumentsOf(script), .. SchemaOf(schema)]))).Value;
    }

    private string[] ArgumentsOf(string script) => script switch
    {
        "curl.sh" => [_http, _grpc],
        "node/vectorstore-connect.mjs" => ["--http", _http, "--grpc", _grpc, "--descriptors", Descriptors],
        _ when script.EndsWith(".py", StringComparison.Ordinal) => ["--target", _grpc, "--descriptors", Descriptors],
        _ => ["--target", _grpc],
    };

    private static string[] SchemaOf(string? schema) => schema is null ? [] : ["--schema", schema];

    [GeneratedRegex(@"listening: gRPC on http://(?<grpc>[0-9.:]+), HTTP .* on http://(?<http>[0-9.:]+)")]
    private static partial Regex Listening();
}
