using System.Diagnostics;
using System.Text.Json;

namespace VectorStore.Benchmarks.Load;

/// <summary>The server as a process of its own, on ports of its choice.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);

    private ServerProcess(Process process, string grpcAddress)
    {
        Process = process;
        GrpcAddress = grpcAddress;
    }

    public Process Process { get; }

    public string GrpcAddress { get; }

    /// <summary>Starts the server that was built beside this program and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        string portsFile = Path.Combine(Path.GetTempPath(), $"vectorstore-load-{Environment.ProcessId}.json");
        File.Delete(portsFile);
        var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { FindServer(), "--data", dataDirectory, "--http-port", "0", "--grpc-port", "0", "--ports-file", portsFile },
            RedirectStandardOutput = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var started = Stopwatch.StartNew();
        using var http = new HttpClient();
        while (started.Elapsed < s_startTimeout && !process.HasExited)
        {
            await Task.Delay(50, cancellationToken);
            if (ReadPorts(portsFile) is { } ports && await IsReadyAsync(http, ports.Http, cancellationToken))
                return new ServerProcess(process, $"http://127.0.0.1:{ports.Grpc}");
        }

        process.Kill();
        throw new InvalidOperationException($"the server was not ready within {s_startTimeout.TotalSeconds:f0} s");
    }

    public async ValueTask DisposeAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }

    private static string FindServer()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return Path.Combine(directory.FullName, "server/bin/Release/net10.0/vectorstore-server.dll");
        }

        throw new InvalidOperationException($"no repository above {AppContext.BaseDirectory}");
    }

    private static (int Http, int Grpc)? ReadPorts(string file)
    {
        try
        {
            using var ports = JsonDocument.Parse(File.ReadAllText(file));
            return (ports.RootElement.GetProperty("httpPort").GetInt32(), ports.RootElement.GetProperty("grpcPort").GetInt32());
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null; // not written, or not whole yet
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
