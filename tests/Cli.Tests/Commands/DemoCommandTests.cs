using VectorStore.Cli.Tests.Support;

namespace VectorStore.Cli.Tests.Commands;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task Demo_WithFewPictures_TellsTheWholeStoryAndLeavesNothingBehind()
    {
        string? directory = null;
        var client = new FakeClient();
        var cli = new CommandHarness((target, _) =>
        {
            directory = target.DataDirectory;
            Assert.True(Directory.Exists(directory));
            return Task.FromResult<Client.IVectorStoreClient>(client);
        });
        var result = await cli.RunAsync(["demo", "--count", "300"]);
        Assert.Equal(0, result.ExitCode);
        foreach (string title in (string[])["1. Store 300 pictures", "2. Find the 10 nearest", "3. What it finds", "4. The same search", "5. Delete", "6. Close and open again"])
            Assert.Contains(title, result.Output);

        Assert.Contains("1.0000", result.Output);
        Assert.Contains("299 points", result.Output);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Demo_InJson_IsOneObject()
    {
        var result = await new CommandHarness(new FakeClient()).RunAsync(["demo", "--count", "200", "--json"]);
        Assert.Equal(1, result.Json.GetProperty("recall").GetDouble());
        Assert.Equal(200, result.Json.GetProperty("points").GetInt64());
        Assert.Equal(199, result.Json.GetProperty("pointsAfterReopen").GetInt64());
    }
}
