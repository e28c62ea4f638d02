using System.Collections;
using System.Net;
using VectorStore.Server.Hosting;

namespace VectorStore.Server.Tests.Hosting;

public sealed class OptionReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vectorstore-options-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Nothing_GivesTheDefaults()
    {
        var options = Read([]);
        Assert.Equal(("./data", 6333, 6334, IPAddress.Loopback), (options.DataDirectory, options.HttpPort, options.GrpcPort, options.Bind));
        Assert.Equal(TimeSpan.FromSeconds(30), options.DrainLimit);
        Assert.Equal(64 << 20, options.MessageBytesMax);
        Assert.False(options.UsesTls);
    }

    [Fact]
    public void ShippedSettings_AreTheDefaults() =>
        Assert.Equal(Read([]), OptionReader.Read([], new Hashtable(), Path.Combine(AppContext.BaseDirectory, "appsettings.json"), out _));

    [Fact]
    public void LaterSources_CountMore()
    {
        string settings = Write("settings.json", """{"data": "settings", "http-port": 1001, "grpc-port": 1002, "drain-seconds": 1, "insecure": true, /* seen */ "scrolls": 7,}""");
        string config = Write("config.json", """{"http-port": 2001, "grpc-port": 2002, "drain-seconds": 2}""");
        var environment = new Hashtable { ["VECTORSTORE_SERVER_GRPC_PORT"] = "3002", ["VECTORSTORE_SERVER_DRAIN_SECONDS"] = "3" };

        var options = OptionReader.Read(["--config", config, "--drain-seconds=4"], environment, settings, out var warnings);

        Assert.Equal(("settings", 2001, 3002, TimeSpan.FromSeconds(4)), (options.DataDirectory, options.HttpPort, options.GrpcPort, options.DrainLimit));
        Assert.True(options.Insecure);
        Assert.Equal(7, options.Limits.ScrollsMax);
        Assert.Empty(warnings);
    }

    [Fact]
    public void EveryOption_ReachesItsPlace()
    {
        var options = Read(
        [
            "--data", "d", "--http-port", "1", "--grpc-port", "2", "--bind", "0.0.0.0", "--tls-cert", "c", "--tls-key", "k", "--insecure", "--ports-file", "p", "--drain-seconds", "3",
            "--log-level", "error", "--index-threads", "4", "--seal-at-mib", "5", "--message-mib", "6", "--streams-per-connection", "7", "--write-mib", "8", "--slow-reads", "9",
            "--slow-reads-waiting", "10", "--scrolls", "11", "--stream-window", "12", "--request-ids", "13", "--request-id-minutes", "14", "--merge-up-to-mib", "15", "--recall-samples", "16",
            "--optimizer-cpu-percent", "17", "--snapshot-downloads", "18", "--snapshot-uploads", "19", "--snapshot-upload-gib", "20", "--snapshot-upload-minutes", "21", "--payload-memory-mib", "22",
            "--transfer-stall-seconds", "23", "--log-archive-days", "24", "--log-archive-mib", "25",
        ]);
        Assert.Equal(("d", 1, 2, IPAddress.Any, "c", "k", true, "p"), (options.DataDirectory, options.HttpPort, options.GrpcPort, options.Bind, options.TlsCertificate, options.TlsKey, options.Insecure, options.PortsFile));
        Assert.Equal((3, Microsoft.Extensions.Logging.LogLevel.Error, 4, 5L << 20, 6 << 20, 7), (options.DrainLimit.TotalSeconds, options.LogLevel, options.IndexThreads, options.SealAtBytes, options.MessageBytesMax, options.StreamsPerConnectionMax));
        Assert.Equal((15L << 20, 16e-6, 0.17, 22L << 20), (options.MergeUpToBytes, options.RecallSampling, options.OptimizerCpuShare, options.PayloadMemoryBytes));
        var limits = options.Limits;
        Assert.Equal((6L << 20, 8L << 20, 9, 10, 11, 12, 13, TimeSpan.FromMinutes(14)), (limits.AnswerBytesMax, limits.WriteBytesMax, limits.SlowReadsAtOnce, limits.SlowReadsWaitingMax, limits.ScrollsMax, limits.StreamWindow, limits.RequestIdsMax, limits.RequestIdLifetime));
        Assert.Equal((18, 19, 20L << 30, TimeSpan.FromMinutes(21)), (limits.SnapshotDownloadsMax, limits.SnapshotUploadsMax, limits.SnapshotUploadBytesMax, limits.SnapshotUploadLifetime));
        Assert.Equal((TimeSpan.FromSeconds(23), TimeSpan.FromDays(24), 25L << 20), (limits.TransferStallMax, options.LogArchiveTime, options.LogArchiveBytesMax));
    }

    [Theory]
    [InlineData("--htp-port is no option of the server; did you mean --http-port?", "--htp-port", "1")]
    [InlineData("--port is no option of the server; did you mean --http-port?", "--port", "1")]
    [InlineData("--zzzzzzzzz is no option of the server; --help lists them all", "--zzzzzzzzz")]
    [InlineData("expected an option such as --data, got 'data'; --help lists them", "data")]
    [InlineData("--data needs a value", "--data")]
    [InlineData("--data: expected a value, got an empty one", "--data=")]
    [InlineData("--http-port: expected 0 to 65535, got '65536'", "--http-port", "65536")]
    [InlineData("--optimizer-cpu-percent: expected 5 to 100, got '4'", "--optimizer-cpu-percent", "4")]
    [InlineData("--optimizer-cpu-percent: expected 5 to 100, got '101'", "--optimizer-cpu-percent", "101")]
    [InlineData("--http-port: expected 0 to 65535, got '-1'", "--http-port", "-1")]
    [InlineData("--grpc-port: expected 0 to 65535, got 'ten'", "--grpc-port", "ten")]
    [InlineData("--http-port and --grpc-port are both 7000; they need two different ports", "--http-port", "7000", "--grpc-port", "7000")]
    [InlineData("--http-port and --grpc-port are both 6334; they need two different ports", "--http-port", "6334")]
    [InlineData("--bind: expected an IP address such as 127.0.0.1, 0.0.0.0 or ::, got 'example'", "--bind", "example")]
    [InlineData("--bind: expected an IP address such as 127.0.0.1, 0.0.0.0 or ::, got '6333'", "--bind", "6333")]
    [InlineData("--tls-cert and --tls-key go together; only --tls-cert is given", "--tls-cert", "x")]
    [InlineData("--tls-cert and --tls-key go together; only --tls-key is given", "--tls-key", "x")]
    [InlineData("--log-level: expected one of debug, information, warning, error, got 'loud'", "--log-level", "loud")]
    [InlineData("--insecure: expected true or false, got 'maybe'", "--insecure=maybe")]
    [InlineData("--http-port: expected 0 to 65535, got ''", "--http-port=")]
    [InlineData("--message-mib: expected 1 to 1024, got '2048'", "--message-mib", "2048")]
    public void Mistakes_AreSentences(string sentence, params string[] args)
    {
        var refused = Assert.Throws<StartException>(() => Read(args));
        Assert.Equal((ExitCode.BadOptions, sentence), (refused.ExitCode, refused.Message));
    }

    [Fact]
    public void Origins_AreCheckedAndTaken()
    {
        Assert.Equal("https://a.example, https://b.example:8443", Read(["--allow-origins", "https://a.example, https://b.example:8443"]).AllowedOrigins);
        Assert.StartsWith("--allow-origins: ", Assert.Throws<StartException>(() => Read(["--allow-origins", "a.example/x"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.1")]
    public void AddressThatOthersReach_NeedsTlsOrTheWordInsecure(string address)
    {
        var refused = Assert.Throws<StartException>(() => Read(["--bind", address]));
        Assert.Contains("--tls-cert", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--insecure", refused.Message, StringComparison.Ordinal);
        Assert.True(Read(["--bind", address, "--insecure"]).Insecure);
        Assert.True(Read(["--bind", address, "--tls-cert", "c", "--tls-key", "k"]).UsesTls);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void Loopback_NeedsNothing(string address) => Assert.True(IPAddress.IsLoopback(Read(["--bind", address]).Bind));

    [Fact]
    public void MistakesInFiles_NameFileAndKey()
    {
        string unknown = Write("unknown.json", """{"http_port": 1}""");
        Assert.Equal($"\"http_port\" in {unknown} is no option of the server; did you mean \"http-port\"?", Assert.Throws<StartException>(() => Read(["--config", unknown])).Message);
        string range = Write("range.json", """{"http-port": 1.5}""");
        Assert.Equal($"\"http-port\" in {range}: expected 0 to 65535, got '1.5'", Assert.Throws<StartException>(() => Read(["--config", range])).Message);
        string kind = Write("kind.json", """{"data": ["x"]}""");
        Assert.Contains("got Array", Assert.Throws<StartException>(() => Read(["--config", kind])).Message, StringComparison.Ordinal);
        string broken = Write("broken.json", "{");
        Assert.Contains($"{broken} cannot be read as options", Assert.Throws<StartException>(() => Read(["--config", broken])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read as options", Assert.Throws<StartException>(() => Read(["--config", Path.Combine(_directory, "nowhere.json")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_MistakesNameTheVariable_AndStrangersAreOnlyWarnedOf()
    {
        var wrong = new Hashtable { ["VECTORSTORE_SERVER_HTTP_PORT"] = "x" };
        Assert.Equal("VECTORSTORE_SERVER_HTTP_PORT: expected 0 to 65535, got 'x'", Assert.Throws<StartException>(() => OptionReader.Read([], wrong, "none", out _)).Message);

        var strange = new Hashtable { ["VECTORSTORE_SERVER_HTP_PORT"] = "x", ["PATH"] = "y" };
        OptionReader.Read([], strange, "none", out var warnings);
        Assert.Contains("The nearest is VECTORSTORE_SERVER_HTTP_PORT", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_NamesEveryOptionAndExitCode()
    {
        string help = OptionCatalog.Help();
        Assert.All(OptionCatalog.All, option => Assert.Contains($"--{option.Name}", help, StringComparison.Ordinal));
        Assert.Contains(ExitCode.Help, help, StringComparison.Ordinal);
    }

    private static ServerOptions Read(string[] args) => OptionReader.Read(args, new Hashtable(), "no such file", out _);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
