using System.Diagnostics;
using System.Text.Json;
using VectorStore.Cli.Client;
using VectorStore.Cli.Tests.Support;
using VectorStore.Lz4;

namespace VectorStore.Cli.Tests.EndToEnd;

/// <summary>A machine without liblz4: what is compressed says what is missing, everything else works. In processes of their own, since one looks for it once.</summary>
public sealed class LibraryMissingTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly TempDirectory _directory = new();
    private readonly CommandHarness _cli = new(ConnectionTarget.ConnectAsync);

    private string Data => _directory.File("data");

    private string Place => _directory.File("place");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Place);
        await OkAsync("collections", "create", "c", "--vector", "v:3:dot", "--data", Data);
        await OkAsync("snapshot", "create", "c", "s", "--data", Data);
    }

    public Task DisposeAsync()
    {
        _directory.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task WhatIsCompressed_NamesTheLibraryAndItsPackage_TheRestWorks()
    {
        var (exitCode, output, error) = await RunWithoutAsync("snapshot", "push", "c", "s", Place, "--data", Data, "--json");
        Assert.True(exitCode == ExitCode.Ok, error);
        Assert.Equal("none", JsonDocument.Parse(output).RootElement.GetProperty("compression").GetString());

        // Of a machine that has it.
        await OkAsync("snapshot", "push", "c", "s", Place, "--overwrite", "--compress", "lz4", "--data", Data);
        await MissingAsync("snapshot", "pull", "c", "s", Place, "--to", "copies", "--data", Data);
        Assert.Equal("[]", (await OkAsync("snapshot", "list", "copies", "--data", Data, "--json")).Output.Trim());
        await MissingAsync("snapshot", "download", "c", "s", _directory.File("a.lz4"), "--data", Data);
        await MissingAsync("snapshot", "push", "c", "s", Place, "--overwrite", "--compress", "lz4", "--data", Data);
        Assert.DoesNotContain(Directory.EnumerateFiles(_directory.Path), file => file.Contains("a.lz4", StringComparison.Ordinal));
    }

    private static async Task MissingAsync(params string[] args)
    {
        var (exitCode, _, error) = await RunWithoutAsync([.. args, "--json"]);
        Assert.True(exitCode == ExitCode.BadInput, error);
        var told = JsonDocument.Parse(error.Trim().Split('\n')[^1]).RootElement.GetProperty("error");
        Assert.Equal("LibraryMissing", told.GetProperty("reason").GetString());
        Assert.Contains("liblz4.so.1 is not on this machine: install the package liblz4-1", told.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunWithoutAsync(params string[] args)
    {
        // Beside the tests the program has their libraries, some of which come with the framework that theirs names.
        string tests = Path.Combine(AppContext.BaseDirectory, "VectorStore.Cli.Tests");
        string[] program = ["exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", Path.Combine(AppContext.BaseDirectory, "vectorstore.dll")];
        var start = new ProcessStartInfo("dotnet", [.. program, .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Lz4Library.PathVariable] = "/nowhere/liblz4.so.1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(s_patience);
        return (process.ExitCode, await output, await error);
    }

    private async Task<CommandResult> OkAsync(params string[] args)
    {
        var result = await _cli.RunAsync(args);
        Assert.True(result.ExitCode == ExitCode.Ok, $"{string.Join(' ', args)}: {result.Error}");
        return result;
    }
}
