using System.Text.Json;
using VectorStore.Interop.Tests.Processes;

namespace VectorStore.Interop.Tests;

/// <summary>Servers of the standard interoperability service that we did not write, each started when it is first asked for.</summary>
public sealed class PeerFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-interop-").FullName;
    private readonly Dictionary<string, (ChildProcess Process, string Authority)> _servers = new(StringComparer.Ordinal);

    private string Descriptors => Path.Combine(_directory, "descriptors.bin");

    public Task InitializeAsync() => File.WriteAllBytesAsync(Descriptors, Google.Protobuf.MessageExtensions.ToByteArray(Host.DescriptorSet.Build()));

    public async Task DisposeAsync()
    {
        foreach (var (process, _) in _servers.Values)
            await process.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Where the server of a script listens. Skips the test where something is missing for it.</summary>
    internal async Task<string> StartAsync(string script)
    {
        string? missing = Scripts.MissingFor(script);
        Skip.If(missing is not null, missing);
        if (_servers.TryGetValue(script, out var server))
            return server.Authority;

        string[] arguments = script.EndsWith(".py", StringComparison.Ordinal) ? ["--descriptors", Descriptors] : [];
        var process = Scripts.Start(script, arguments);
        try
        {
            using var ports = JsonDocument.Parse(await process.ReadLineAsync(line => line.StartsWith('{')));
            string authority = $"127.0.0.1:{ports.RootElement.GetProperty("port").GetInt32()}";
            _servers.Add(script, (process, authority));
            return authority;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
