using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>The kernel's own answers replaced in a running process, by strace: what the database does when the real fdatasync or pwrite fails.</summary>
public sealed class FailedSyncTests
{
    private const string Strace = "/usr/bin/strace";
    private const long WalFileBytes = 1 << 20;

    [SkippableFact]
    public async Task FailedFdatasync_IsAnsweredWithAnError_AndLeavesReadsOthersAndARestart()
    {
        using var directory = new TemporaryDirectory();
        await using (var driver = await Driver.StartCommandedAsync(directory.Path, WalFileBytes))
        {
            Assert.StartsWith("ok", await driver.AskAsync("create sick 8"), StringComparison.Ordinal);
            Assert.StartsWith("ok", await driver.AskAsync("create well 8"), StringComparison.Ordinal);
            Assert.StartsWith("ok", await driver.AskAsync("upsert sick 0 20 1"), StringComparison.Ordinal);

            await using (await InjectAsync(driver, "fdatasync", "EIO"))
            {
                string answer = await driver.AskAsync("upsert sick 100 5 2");
                Assert.StartsWith("error CollectionReadOnly", answer, StringComparison.Ordinal);
                Assert.Contains("unknown until", answer, StringComparison.Ordinal);
                Assert.Contains("errno 5", answer, StringComparison.Ordinal);
            }

            Assert.StartsWith("ok Red", await driver.AskAsync("status sick"), StringComparison.Ordinal);
            Assert.StartsWith("error CollectionReadOnly", await driver.AskAsync("upsert sick 200 1 3"), StringComparison.Ordinal);
            Assert.Equal("ok 20", await driver.AskAsync("count sick"));
            Assert.Equal("ok", await driver.AskAsync("check sick 0 20 1"));
            Assert.StartsWith("ok", await driver.AskAsync("upsert well 0 10 1"), StringComparison.Ordinal);
            Assert.Equal(0, await driver.FinishAsync());
        }

        await using (var driver = await Driver.StartCommandedAsync(directory.Path, WalFileBytes))
        {
            Assert.Equal("ok", await driver.AskAsync("check sick 0 20 1"));
            string count = await driver.AskAsync("count sick");
            Assert.True(count is "ok 20" or "ok 25", $"the write of unknown outcome is there by halves: {count}");
            Assert.Equal("ok", await driver.AskAsync("check well 0 10 1"));
            Assert.StartsWith("ok", await driver.AskAsync("upsert sick 300 5 4"), StringComparison.Ordinal);
            Assert.Equal("ok", await driver.AskAsync("verify sick"));
            Assert.Equal(0, await driver.FinishAsync());
        }
    }

    [SkippableFact]
    public async Task FailedPreallocation_RefusesTheWriteAndHarmsNothing()
    {
        using var directory = new TemporaryDirectory();
        const long SmallFiles = 64 * 1024;
        await using var driver = await Driver.StartCommandedAsync(directory.Path, SmallFiles);
        Assert.StartsWith("ok", await driver.AskAsync("create points 256"), StringComparison.Ordinal);
        ulong stored = 0;
        await using (await InjectAsync(driver, "fallocate", "ENOSPC"))
        {
            // Each write takes some 10 KiB of the log: the next file is needed soon.
            string answer = "ok";
            for (int write = 0; write < 20 && answer.StartsWith("ok", StringComparison.Ordinal); write++)
            {
                answer = await driver.AskAsync($"upsert points {stored} 10 1");
                if (answer.StartsWith("ok", StringComparison.Ordinal))
                    stored += 10;
            }

            Assert.StartsWith("error StorageFull", answer, StringComparison.Ordinal);
            Assert.Contains("no space left", answer, StringComparison.Ordinal);
            Assert.Equal($"ok {stored}", await driver.AskAsync("count points"));
        }

        Assert.StartsWith("ok", await driver.AskAsync($"upsert points {stored} 10 1"), StringComparison.Ordinal);
        Assert.Equal("ok", await driver.AskAsync($"check points 0 {stored + 10} 1"));
        Assert.Equal(0, await driver.FinishAsync());
    }

    private static async Task<Injection> InjectAsync(ChildProcess driver, string call, string error)
    {
        Skip.IfNot(File.Exists(Strace), "strace is not installed");
        var strace = ChildProcess.Start(Strace, "-f", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}", "-p", $"{driver.Id}");
        string? line = await strace.ReadErrorLineAsync();
        if (line is null || !line.Contains("attached", StringComparison.Ordinal))
        {
            await strace.DisposeAsync();
            Skip.If(true, $"strace may not attach here: {line}");
        }

        return new Injection(strace);
    }

    /// <summary>Lets go of the process when disposed.</summary>
    private sealed class Injection(ChildProcess strace) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            strace.Interrupt();
            await strace.WaitForExitAsync();
            await strace.DisposeAsync();
        }
    }
}
