using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>The sessions of README.md as written: its curl lines in a shell, its command lines against the server. Only ports and paths are replaced.</summary>
public sealed partial class ReadmeSessionTests : IAsyncLifetime
{
    private const string Command = "dotnet run -c Release --project clients/cli -- ";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _directory = new();
    private readonly string _readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(_directory.File("server"));

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [SkippableFact]
    public async Task SessionWithCurl_AnswersWhatThePageSays()
    {
        Skip.IfNot(File.Exists("/usr/bin/curl"), "curl is missing; tests/interop/setup.sh installs it");
        string section = Section("A first session with curl");
        string[] calls = Block(section, "bash").Trim().Split("\n\n");
        Assert.Equal(4, calls.Length);
        var answers = new List<JsonNode>();
        foreach (string call in calls)
        {
            Assert.Contains("http://127.0.0.1:6333/", call, StringComparison.Ordinal);
            answers.Add(JsonNode.Parse(await RunInShellAsync(call.Replace("http://127.0.0.1:6333", _server.HttpEndpoint, StringComparison.Ordinal)))!);
        }

        Assert.Equal("films", (string?)answers[0]["collection"]!["name"]);
        Assert.Equal("3", (string?)answers[1]["result"]!["pointsChanged"]);
        AssertHolds(JsonNode.Parse(Block(section, "json"))!, answers[2], "search");
        AssertHolds(JsonNode.Parse(Block(section, "json", skip: 1))!, answers[3], "error");
    }

    [Fact]
    public async Task SessionOnTheCommandLine_Works()
    {
        string[] lines = [.. Block(Section("A first session on the command line"), "bash").Trim().Split('\n')];
        Assert.Equal(7, lines.Length);
        WritePictures();
        var cli = new CommandHarness(ConnectionTarget.ConnectAsync);
        var outputs = new List<string>();
        foreach (string line in lines)
        {
            Assert.StartsWith(Command, line, StringComparison.Ordinal);
            string[] words = line[Command.Length..].Replace("http://127.0.0.1:6334", _server.Endpoint, StringComparison.Ordinal).Split(' ');
            var result = await cli.RunAsync(words.Select(word => word.EndsWith(".gz", StringComparison.Ordinal) ? _directory.File(word) : word));
            Assert.True(result.ExitCode == 0, $"{line}\n{result.Error}");
            outputs.Add(result.Output);
        }

        Assert.True((double)JsonNode.Parse(outputs[2])!["recall"]! > 0.99, outputs[2]);
        Assert.Equal(17, (int)JsonNode.Parse(outputs[4])!["id"]!);
        Assert.Equal(600, (int)JsonNode.Parse(outputs[5])!["count"]!);
    }

    /// <summary>Pictures made by code under the names of the real ones.</summary>
    private void WritePictures()
    {
        var pictures = new SyntheticPictures(seed: 3);
        float[] pixels = new float[SyntheticPictures.Dimension];
        byte[] Draw(int number)
        {
            pictures.Draw(number, pixels);
            return [.. pixels.Select(pixel => (byte)pixel)];
        }

        byte[][] Range(int first, int count) => [.. Enumerable.Range(first, count).Select(Draw)];
        _directory.Write("train-images-idx3-ubyte.gz", Files.Gzip(Files.Idx3(28, 28, Range(0, 600))));
        _directory.Write("train-labels-idx1-ubyte.gz", Files.Gzip(Files.Idx1([.. Enumerable.Range(0, 600).Select(number => (byte)(number % 10))])));
        _directory.Write("t10k-images-idx3-ubyte.gz", Files.Gzip(Files.Idx3(28, 28, Range(600, 50))));
    }

    /// <summary>Everything the page shows is in the answer; the answer may have more.</summary>
    private static void AssertHolds(JsonNode shown, JsonNode? answer, string path)
    {
        switch (shown)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                    AssertHolds(value!, answer?[name], $"{path}.{name}");

                break;
            case JsonArray items:
                for (int index = 0; index < items.Count; index++)
                    AssertHolds(items[index]!, answer?[index], $"{path}[{index}]");

                break;
            default:
                Assert.True(JsonNode.DeepEquals(shown, answer), $"{path}: README.md shows {shown.ToJsonString()}, the server answered {answer?.ToJsonString() ?? "nothing"}");
                break;
        }
    }

    private static async Task<string> RunInShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash") { ArgumentList = { "-c", command }, RedirectStandardOutput = true })!;
        string output = await shell.StandardOutput.ReadToEndAsync().WaitAsync(s_patience);
        await shell.WaitForExitAsync().WaitAsync(s_patience);
        Assert.Equal(0, shell.ExitCode);
        return output;
    }

    private string Section(string heading)
    {
        int start = _readme.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"README.md has no section '{heading}'");
        int end = _readme.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? _readme[start..] : _readme[start..end];
    }

    private static string Block(string section, string language, int skip = 0) =>
        Fence().Matches(section).Where(match => match.Groups[1].Value == language).ElementAt(skip).Groups[2].Value;

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "VectorStore.sln")))
            directory = directory.Parent;

        return directory.FullName;
    }

    [GeneratedRegex("^```(\\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
