using System.Globalization;
using VectorStore.CrashDriver;
using VectorStore.Engine.CrashTests.Processes;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>A real process whose managed heap is kept small, and that writes more and more at a time until that is too much for it. It may refuse, or die; what it acknowledged is there, and nothing that it did not.</summary>
public sealed class ManagedMemoryTests(ITestOutputHelper output)
{
    private const long WalFileBytes = 16 * 1024;
    private const string Name = "points";
    private const int Dimension = 64;
    private const int BatchMax = 80_000;

    /// <summary>Bytes of heap, as the runtime reads them: in hexadecimal.</summary>
    [Theory]
    [InlineData(24 << 20)]
    [InlineData(48 << 20)]
    public async Task ShortHeap_OfAWritingProcess_LosesNothingAcknowledged(int heapBytes)
    {
        using var directory = new TemporaryDirectory();
        var acknowledged = new List<(ulong First, int Count)>();
        string end = "was never short";
        int asked = 0;
        await using (var driver = ChildProcess.Start(
            "env",
            [
                $"DOTNET_GCHeapHardLimit={heapBytes.ToString("x", CultureInfo.InvariantCulture)}", "DOTNET_gcConcurrent=0", "dotnet", Path.Combine(AppContext.BaseDirectory, Driver.Assembly),
                .. DriverArguments.Commanded(directory.Path, WalFileBytes, 1L << 30).ToArgs(),
            ]))
        {
            Assert.True(await driver.ReadUntilAsync("opened"), driver.ErrorText);
            Assert.Equal("ok", await driver.AskAsync($"create {Name} {Dimension}"));
            for (int count = 250; count <= BatchMax; count *= 2)
            {
                asked = count;
                string answer = await TryAskAsync(driver, $"upsert {Name} {count} {count} 1");
                if (!answer.StartsWith("ok", StringComparison.Ordinal))
                {
                    end = answer;
                    break;
                }

                acknowledged.Add(((ulong)count, count));
            }

            driver.Kill();
            await driver.WaitForExitAsync();
        }

        output.WriteLine($"a heap of {heapBytes} bytes took batches up to {acknowledged[^1].Count} points; at {asked}: {end}");
        Assert.NotEqual("was never short", end);
        await using var again = await Driver.StartCommandedAsync(directory.Path, WalFileBytes);
        foreach (var (first, count) in acknowledged)
        {
            // Ends and middle: each by its id and by its vector.
            foreach (ulong id in new[] { first, first + ((ulong)count / 2), first + (ulong)count - 1 })
                Assert.Equal("ok", await again.AskAsync($"check {Name} {id} 1 1"));
        }

        int stored = acknowledged.Sum(batch => batch.Count);
        string[] counts = [$"ok {stored}", $"ok {stored + asked}"];
        Assert.Contains(await again.AskAsync($"count {Name}"), counts);
    }

    /// <summary>What a process that may die at it answers.</summary>
    private static async Task<string> TryAskAsync(ChildProcess driver, string line)
    {
        try
        {
            return await driver.AskAsync(line);
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException)
        {
            return "the process has ended";
        }
    }
}
