using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hosting;

/// <summary>The built server as a process, stopped by its id; it never outlives the test.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    public const int Terminate = 15;
    public const int Interrupt = 2;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ServerProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int GrpcPort { get; private set; }

    public int HttpPort { get; private set; }

    /// <summary>Starts it with these words.</summary>
    public static ServerProcess Start(params IEnumerable<string> args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in args.Prepend(Path.Combine(AppContext.BaseDirectory, "vectorstore-server.dll")))
            start.ArgumentList.Add(argument);

        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Starts it on free ports and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartReadyAsync(string data, params string[] args)
    {
        string portsFile = data + ".ports";
        File.Delete(portsFile);
        var server = Start([.. args, "--data", data, "--http-port", "0", "--grpc-port", "0", "--ports-file", portsFile]);
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Assert.True(clock.Elapsed < TestServer.Patience, "the server did not get ready");
            Assert.False(server._process.HasExited, server._process.HasExited ? await server._errors : "");
            if (File.Exists(portsFile))
            {
                using var ports = JsonDocument.Parse(await File.ReadAllBytesAsync(portsFile));
                server.HttpPort = ports.RootElement.GetProperty("httpPort").GetInt32();
                server.GrpcPort = ports.RootElement.GetProperty("grpcPort").GetInt32();
                using var ready = await http.GetAsync($"http://127.0.0.1:{server.HttpPort}/readyz");
                if (ready.IsSuccessStatusCode)
                    return server;
            }

            await Task.Delay(20);
        }
    }

    public void Signal(int signal) => Assert.Equal(0, SendSignal(_process.Id, signal));

    public async Task<(int ExitCode, string Output, string Errors)> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TestServer.Patience);
        return (_process.ExitCode, await _output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(TestServer.Patience);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
