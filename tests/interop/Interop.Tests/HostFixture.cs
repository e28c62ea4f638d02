using System.Collections.Concurrent;
using System.Text.Json;
using VectorStore.Interop.Tests.Processes;

namespace VectorStore.Interop.Tests;

/// <summary>The interop host as a process of its own, and the scripts that ran against it, each once.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ScriptRun>>> _runs = new(StringComparer.Ordinal);
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-interop-").FullName;
    private ChildProcess? _host;

    internal string Grpc { get; private set; } = "";

    internal string Http { get; private set; } = "";

    internal string Descriptors => Path.Combine(_directory, "descriptors.bin");

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(Descriptors, Google.Protobuf.MessageExtensions.ToByteArray(Host.DescriptorSet.Build()));
        _host = ChildProcess.StartBuilt("VectorStore.Interop.Host.dll");
        using var ports = JsonDocument.Parse(await _host.ReadLineAsync(line => line.StartsWith('{')));
        Grpc = $"127.0.0.1:{ports.RootElement.GetProperty("grpc").GetInt32()}";
        Http = $"127.0.0.1:{ports.RootElement.GetProperty("http").GetInt32()}";
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The script's run against the host. Skips the test where something is missing for it.</summary>
    internal Task<ScriptRun> RunAsync(string script)
    {
        string? missing = Scripts.MissingFor(script);
        Skip.If(missing is not null, missing);
        return _runs.GetOrAdd(script, name => new Lazy<Task<ScriptRun>>(() => ScriptRun.RunAsync(name, ArgumentsOf(name)))).Value;
    }

    private string[] ArgumentsOf(string script) => script switch
    {
        "node/connect.mjs" => ["--http", Http, "--grpc", Grpc, "--descriptors", Descriptors],
        _ when script.EndsWith(".py", StringComparison.Ordinal) => ["--target", Grpc, "--descriptors", Descriptors],
        _ => ["--target", Grpc],
    };
}
