using System.Diagnostics;
using System.Text.Json;

namespace VectorStore.Server.CrashTests;

/// <summary>The built server as a process that is killed by its id; it never outlives the test.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Nothing a test waits for takes this long, on a busy machine either.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ServerProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public int GrpcPort { get; private set; }

    /// <summary>Starts it on free ports and waits until it has recovered.</summary>
    /// <param name="data">Its data directory.</param>
    /// <param name="livesLong">Whether code that is used much is to be compiled a second time, better: not worth it for a life of two seconds.</param>
    public static async Task<ServerProcess> StartAsync(string data, bool livesLong = true)
    {
        string portsFile = data + ".ports";
        File.Delete(portsFile);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] args = [Path.Combine(AppContext.BaseDirectory, "vectorstore-server.dll"), "--data", data, "--http-port", "0", "--grpc-port", "0", "--ports-file", portsFile];
        foreach (string argument in args)
            start.ArgumentList.Add(argument);

        // A process that is killed cannot say goodbye to the diagnostics of the runtime, and leaves a socket behind each time.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (!livesLong)
        {
            start.Environment["DOTNET_TieredPGO"] = "0";
            start.Environment["DOTNET_TC_CallCountingDelayMs"] = "60000";
        }

        var server = new ServerProcess(Process.Start(start)!);
        try
        {
            await server.WaitUntilReadyAsync(portsFile);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(string portsFile)
    {
        using var http = new HttpClient { Timeout = Patience };
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            if (_process.HasExited)
                Assert.Fail($"the server ended: {await _errors} {await _output}");

            if (File.Exists(portsFile))
            {
                using var ports = JsonDocument.Parse(await File.ReadAllBytesAsync(portsFile));
                GrpcPort = ports.RootElement.GetProperty("grpcPort").GetInt32();
                using var ready = await http.GetAsync($"http://127.0.0.1:{ports.RootElement.GetProperty("httpPort").GetInt32()}/readyz");
                if (ready.IsSuccessStatusCode)
                    return;
            }

            await Task.Delay(10);
        }

        Assert.Fail("the server did not get ready");
    }
}
