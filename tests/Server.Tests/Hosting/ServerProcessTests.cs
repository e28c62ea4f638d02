using VectorStore.Server.Hosting;
using VectorStore.Server.Tests.Rpc;
using VectorStore.Server.Tests.Services;

namespace VectorStore.Server.Tests.Hosting;

public sealed class ServerProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-process-").FullName;

    private string Data => Path.Combine(_directory, "data");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(ServerProcess.Terminate)]
    [InlineData(ServerProcess.Interrupt)]
    public async Task Signal_EndsItWithZero_AndItsDataIsThereAgain(int signal)
    {
        await using (var server = await ServerProcess.StartReadyAsync(Data))
        {
            using var grpc = new GrpcCaller(server.GrpcPort);
            await grpc.CreateAsync("c");
            await grpc.UpsertAsync(TestPoints.Upsert("c", TestPoints.Point(1)));
            server.Signal(signal);
            var (exitCode, output, errors) = await server.WaitForExitAsync();
            Assert.Equal((ExitCode.Ok, ""), (exitCode, errors));
            string[] lines = output.TrimEnd().Split('\n');
            Assert.Contains("starts: data directory", lines[0], StringComparison.Ordinal);
            Assert.Contains($"gRPC on http://127.0.0.1:{server.GrpcPort}", lines[1], StringComparison.Ordinal);
            Assert.Contains("stopped", lines[^1], StringComparison.Ordinal);
        }

        await using var again = await ServerProcess.StartReadyAsync(Data);
        using var caller = new GrpcCaller(again.GrpcPort);
        Assert.Equal(1, await caller.CountAsync("c"));
    }

    [Fact]
    public async Task SecondSignal_EndsItAtOnce()
    {
        await using var server = await ServerProcess.StartReadyAsync(Data, "--drain-seconds", "3600");
        using var grpc = new GrpcCaller(server.GrpcPort);
        await grpc.CreateAsync("c");
        using var stream = grpc.Start("PointService/UpsertStream");
        await stream.SendAsync(TestPoints.Upsert("c", TestPoints.Point(1)));
        await Frames.ReadAsync(await (await stream.Response).Content.ReadAsStreamAsync()).WaitAsync(TestServer.Patience);
        server.Signal(ServerProcess.Terminate);
        await Task.Delay(200);
        server.Signal(ServerProcess.Terminate);
        Assert.Equal(ExitCode.Interrupted, (await server.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task SecondServerOnOneDirectory_EndsWithASentence()
    {
        await using var first = await ServerProcess.StartReadyAsync(Data);
        await using var second = ServerProcess.Start("--data", Data, "--http-port", "0", "--grpc-port", "0");
        var (exitCode, _, errors) = await second.WaitForExitAsync();
        Assert.Equal(ExitCode.DataDirectoryInUse, exitCode);
        Assert.Equal($"vectorstore-server: data directory {Data} is in use by another process, or by another open database of this one\n", errors);
    }

    [Fact]
    public async Task PortThatIsTaken_EndsItWithASentence()
    {
        await using var first = await ServerProcess.StartReadyAsync(Data);
        await using var second = ServerProcess.Start("--data", Data + "2", "--http-port", "0", "--grpc-port", $"{first.GrpcPort}");
        var (exitCode, _, errors) = await second.WaitForExitAsync();
        Assert.Equal(ExitCode.PortTaken, exitCode);
        Assert.StartsWith($"vectorstore-server: port {first.GrpcPort} of 127.0.0.1 is taken", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.BadOptions, "", "--zorts", "1")]
    [InlineData(ExitCode.BadOptions, "", "--bind", "0.0.0.0")]
    [InlineData(ExitCode.Ok, "Usage: vectorstore-server", "--help")]
    [InlineData(ExitCode.Ok, "0.", "--version")]
    public async Task WordsThatStartNothing_EndItWithTheirExitCode(int exitCode, string output, params string[] args)
    {
        await using var server = ServerProcess.Start(args);
        var ended = await server.WaitForExitAsync();
        Assert.Equal(exitCode, ended.ExitCode);
        Assert.StartsWith(output, ended.Output, StringComparison.Ordinal);
        Assert.Equal(exitCode == ExitCode.Ok ? 0 : 1, ended.Errors.Count(letter => letter == '\n'));
    }
}
