using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>System calls of a real process that fail: what the disk's driver would report, injected by strace. Skipped where strace is missing or may not trace.</summary>
public sealed class SystemCallFaultTests(ITestOutputHelper output) : IDisposable
{
    private const long WalFileBytes = 64 * 1024;

    // With 8 dimensions and small payloads a few of these fill a log file.
    private const int PointsPerWrite = 50;
    private const int WritesMax = 50;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// The second sync would succeed: Linux marks pages clean whose writing failed. So one failure must be enough to stop the log for good, and nothing may be synced again.
    /// </summary>
    [SkippableTheory]
    [InlineData("fdatasync:error=EIO:when=1", "input/output error")]
    [InlineData("pwrite64:error=EIO:when=1", "input/output error")]
    [InlineData("pwrite64:error=ENOSPC:when=1", "no space left")]
    [InlineData("fdatasync:error=ENOSPC:when=1", "no space left")]
    [InlineData("fdatasync:error=EDQUOT:when=1", "quota exceeded")]
    public async Task FailedWriteOrSyncOfTheLog_OfOneCollection_MakesItReadOnlyUntilARestart(string fault, string cause)
    {
        await Strace.RequireAsync();
        await using (var driver = await Driver.StartCommandedAsync(_directory.Path, WalFileBytes))
        {
            await OkAsync(driver, "create first 8");
            await OkAsync(driver, "create second 8");
            await OkAsync(driver, "upsert first 0 40 1");
            await OkAsync(driver, "upsert second 0 40 1");

            await using var strace = await Strace.AttachAsync(driver, fault, LogFile("first"));
            string answer = await driver.AskAsync("upsert first 100 10 2");
            Assert.StartsWith("error CollectionReadOnly ", answer, StringComparison.Ordinal);
            Assert.Contains(cause, answer, StringComparison.Ordinal);
            output.WriteLine(answer);

            // Reads and searches go on, without what was refused; writes do not; the other collection does not notice.
            Assert.StartsWith("ok Red ", await driver.AskAsync("status first"), StringComparison.Ordinal);
            await OkAsync(driver, "check first 0 40 1");
            Assert.Equal("ok 40", await driver.AskAsync("count first"));
            Assert.StartsWith("error CollectionReadOnly ", await driver.AskAsync("upsert first 200 10 3"), StringComparison.Ordinal);
            Assert.StartsWith("error CollectionReadOnly ", await driver.AskAsync("delete first 0 1"), StringComparison.Ordinal);
            Assert.StartsWith("error CollectionReadOnly ", await driver.AskAsync("seal first"), StringComparison.Ordinal);
            await OkAsync(driver, "upsert second 100 10 2");
            await OkAsync(driver, "check second 100 10 2");

            var injected = await Strace.DetachAsync(strace);
            Assert.Single(injected);
            Assert.StartsWith("error CollectionReadOnly ", await driver.AskAsync("upsert first 300 10 4"), StringComparison.Ordinal);
            Assert.Equal(0, await driver.FinishAsync());
        }

        await using var again = await Driver.StartCommandedAsync(_directory.Path, WalFileBytes);
        Assert.DoesNotContain("Red", await again.AskAsync("status first"), StringComparison.Ordinal);
        await OkAsync(again, "check first 0 40 1");

        // The write that met the fault may have reached the disk: then all of it is there.
        string count = await again.AskAsync("count first");
        Assert.True(count is "ok 40" or "ok 50", count);
        if (count == "ok 50")
            await OkAsync(again, "check first 100 10 2");

        await OkAsync(again, "upsert first 400 10 5");
        await OkAsync(again, "check second 100 10 2");
        await OkAsync(again, "verify first");
        Assert.Equal(0, await again.FinishAsync());
    }

    [SkippableFact]
    public async Task FullDisk_FoundBeforeALogFileIsMade_RefusesWritesUntilThereIsRoomAgain()
    {
        await Strace.RequireAsync();
        await using (var driver = await Driver.StartCommandedAsync(_directory.Path, WalFileBytes))
        {
            await OkAsync(driver, "create first 8");
            int written = 0;
            string answer = "ok";
            await using (var strace = await Strace.AttachAsync(driver, "fallocate:error=ENOSPC"))
            {
                while (written < WritesMax && (answer = await driver.AskAsync(Upsert(written))).StartsWith("ok", StringComparison.Ordinal))
                    written++;

                Assert.StartsWith("error StorageFull ", answer, StringComparison.Ordinal);
                output.WriteLine($"after {written} writes: {answer}");
                Assert.StartsWith("error StorageFull ", await driver.AskAsync(Upsert(written)), StringComparison.Ordinal);
                Assert.StartsWith("error StorageFull ", await driver.AskAsync("create second 8"), StringComparison.Ordinal);
                Assert.Equal($"ok {written * PointsPerWrite}", await driver.AskAsync("count first"));
                Assert.DoesNotContain("Red", await driver.AskAsync("status first"), StringComparison.Ordinal);
                await OkAsync(driver, $"check first 0 {PointsPerWrite} 0");
                Assert.NotEmpty(await Strace.DetachAsync(strace));
            }

            // There is room again: no restart is needed.
            await OkAsync(driver, Upsert(written));
            await OkAsync(driver, $"check first {written * PointsPerWrite} {PointsPerWrite} {written}");
            await OkAsync(driver, "create second 8");
            Assert.Equal(0, await driver.FinishAsync());
        }

        await CheckReopenedAsync("verify first", "verify second");
    }

    /// <summary>A segment's files are not the log: what cannot be sealed now stays in the log, and is sealed the next time.</summary>
    [SkippableTheory]
    [InlineData("fdatasync:error=EIO", "points.seg")]
    [InlineData("pwrite64:error=ENOSPC", "vectors-00.seg")]
    [InlineData("fdatasync:error=EIO", "payloads.seg")]
    public async Task FailedSealing_OfASegment_LosesNothingAndIsTriedAgain(string fault, string file)
    {
        await Strace.RequireAsync();
        await using (var driver = await Driver.StartCommandedAsync(_directory.Path, WalFileBytes))
        {
            await OkAsync(driver, "create first 8");
            await OkAsync(driver, "upsert first 0 40 1");
            await using (var strace = await Strace.AttachAsync(driver, fault, $"{CollectionDirectory("first")}/segments/00000001.tmp/{file}"))
            {
                string answer = await driver.AskAsync("seal first");
                Assert.StartsWith("error Storage", answer, StringComparison.Ordinal);
                Assert.Contains(file, answer, StringComparison.Ordinal);
                Assert.NotEmpty(await Strace.DetachAsync(strace));
            }

            Assert.DoesNotContain("Red", await driver.AskAsync("status first"), StringComparison.Ordinal);
            await OkAsync(driver, "check first 0 40 1");
            await OkAsync(driver, "upsert first 100 10 2");
            await OkAsync(driver, "seal first");
            await OkAsync(driver, "check first 100 10 2");
            Assert.Equal(0, await driver.FinishAsync());
        }

        await CheckReopenedAsync("check first 0 40 1", "check first 100 10 2", "verify first");
    }

    /// <summary>A disk, C library or runtime that hides errors of syncs, or reports none but errors, is found out before the first write depends on it.</summary>
    [SkippableTheory]
    [InlineData("fdatasync:retval=0", null)]
    [InlineData("fsync:retval=0", null)]
    [InlineData("fdatasync:error=EIO", null)]
    [InlineData("fsync:error=EIO", null)]
    [InlineData("fdatasync:error=EIO", "selftest-probe.tmp")]
    public async Task Opening_WhereSyncsCannotBeRelied_IsRefusedWithTheReason(string fault, string? file)
    {
        await Strace.RequireAsync();
        string path = Path.Combine(_directory.Path, "data");
        string[] args = [.. CrashDriver.DriverArguments.Commanded(path, WalFileBytes, 1 << 30).ToArgs()];
        await using (var driver = Strace.StartDriver(fault, file is null ? null : Path.Combine(path, file), args))
        {
            var lines = await driver.ReadToEndAsync();
            output.WriteLine(lines[^1]);
            Assert.Equal("opening", lines[0]);
            Assert.StartsWith("error Storage", lines[^1], StringComparison.Ordinal);

            // The directory itself or, where its name could not be made durable, the one above.
            Assert.Contains(_directory.Path[.._directory.Path.LastIndexOf('/')], lines[^1], StringComparison.Ordinal);
            Assert.Equal(1, await driver.WaitForExitAsync());
        }

        await using var again = await Driver.StartCommandedAsync(path, WalFileBytes);
        await OkAsync(again, "create first 8");
        await OkAsync(again, "upsert first 0 40 1");
        Assert.Equal(0, await again.FinishAsync());
        Assert.Empty(Directory.GetFiles(path, "selftest-*"));
    }

    private static string Upsert(int write) => $"upsert first {write * PointsPerWrite} {PointsPerWrite} {write}";

    private static async Task OkAsync(ChildProcess driver, string command)
    {
        string answer = await driver.AskAsync(command);
        bool isDone = command.StartsWith("upsert", StringComparison.Ordinal) ? answer.StartsWith("ok ", StringComparison.Ordinal) : answer == "ok";
        Assert.True(isDone, $"'{command}' was answered '{answer}'; {driver.ErrorText}");
    }

    private string CollectionDirectory(string name) => Directory.GetDirectories($"{_directory.Path}/collections", $"{name}~*").Single();

    private string LogFile(string collection) => Directory.GetFiles($"{CollectionDirectory(collection)}/wal", "*.wal").Single();

    private async Task CheckReopenedAsync(params IEnumerable<string> commands)
    {
        await using var again = await Driver.StartCommandedAsync(_directory.Path, WalFileBytes);
        foreach (string command in commands)
            await OkAsync(again, command);

        Assert.Equal(0, await again.FinishAsync());
    }
}
