using VectorStore.Cli.Tests.Support;
using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Commands;

public sealed class PayloadCommandTests : IAsyncLifetime
{
    private readonly FakeClient _client = new();
    private readonly CommandHarness _cli;

    public PayloadCommandTests() => _cli = new CommandHarness(_client);

    public async Task InitializeAsync()
    {
        await _client.CreateCollectionAsync("c", CollectionConfig.WithVector("v", 3, Metric.Dot), default);
        await _client.UpsertAsync("c", [new Point(1, new float[3]), new Point(2, new float[3])], default);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Set_OfIds_SaysHowManyItFound()
    {
        Assert.Equal("1 updated, 1 unknown", (await _cli.RunAsync(["payload", "set", "c", "1", "9", "--payload", """{ "a": 1 }""", "--data", "unused"])).Output.Trim());
        var (ids, edit) = Assert.Single(_client.Edits);
        Assert.Equal([new PointId(1)], ids);
        Assert.Equal((PayloadChangeKind.Set, """{"a":1}"""), (edit.Kind, edit.Payload!.ToString()));
    }

    [Fact]
    public async Task DeleteAndClear_OfWhatAFilterFinds_AnswerInJson()
    {
        var deleted = await _cli.RunAsync("payload delete c --filter {} --field a --field b --json");
        Assert.Equal("""{"updated":2,"unknown":0,"lsn":2}""", deleted.Output.Trim());
        Assert.Equal(["a", "b"], _client.Edits[0].Edit.Fields);
        Assert.Equal("2 updated", (await _cli.RunAsync("payload clear c 1 2")).Output.Trim());
        Assert.Equal(PayloadChangeKind.Clear, _client.Edits[1].Edit.Kind);
    }

    [Theory]
    [InlineData("payload clear c", "which points? expected ids or --filter, got neither")]
    [InlineData("payload clear c 1 --filter {}", "expected either ids or --filter, got both")]
    [InlineData("payload set c 1 --payload {}", "payload: expected at least one field to set, got none")]
    [InlineData("payload set c 1 --payload 3", "the payload is refused: expected a JSON object, got a number")]
    [InlineData("payload set c 1", "--payload")]
    [InlineData("payload delete c 1", "--field")]
    [InlineData("payload clear c one", "expected an unsigned 64-bit integer or a UUID as point id, got 'one'")]
    public async Task WhatCannotBe_IsRefusedBeforeAnythingIsOpened(string line, string sentence)
    {
        var refused = await _cli.RunAsync(line);
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains(sentence, refused.Error, StringComparison.Ordinal);
        Assert.Empty(_client.Edits);
    }
}
