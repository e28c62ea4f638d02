using System.Collections.Concurrent;
using VectorStore.Campaigns;
using VectorStore.Engine.Simulation;
using Xunit.Abstractions;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>
/// Damages files and reads each with the very code that opening, verifying and restoring read it with: one bit of every byte of every file up to 16 KB, and 5,000 damages drawn for larger ones. It is refused by an error of ours, or what
/// was understood is what was written; where the file alone cannot tell, the whole database is opened and read.
/// </summary>
public sealed class FileFlipTests(ITestOutputHelper output)
{
    private const int LargeCount = 5_000;
    private const int FlipsAtOnce = 512;

    [Fact]
    public async Task AnyByteOfAnySmallFile_Flipped_IsRefusedOrDoesNoHarm()
    {
        var database = await SmallDatabase.CreateAsync();
        var disk = database.Copy();
        var ranges =
            from path in database.Files
            where !SmallDatabase.IsSecondName(path)
            let length = disk.LiveBytes(path).Length
            where length <= SmallDatabase.SmallFileBytes
            from first in Enumerable.Range(0, (length + FlipsAtOnce - 1) / FlipsAtOnce).Select(index => index * FlipsAtOnce)
            select (Path: path, First: first, Count: Math.Min(FlipsAtOnce, length - first));
        var tally = new FlipTally();
        var campaign = new Campaign("ranges");
        await campaign.RunAsync(ranges, async range =>
        {
            var damaged = database.Copy();
            var reading = FileReading.Of(damaged, range.Path);
            for (int offset = range.First; offset < range.First + range.Count; offset++)
            {
                int bit = offset % 8;
                damaged.FlipBits(range.Path, offset, (byte)(1 << bit));
                tally.Count(range.Path, await MeetAsync(database, SmallDamage.Flip(range.Path, offset, bit), reading, damaged));
                damaged.FlipBits(range.Path, offset, (byte)(1 << bit));
            }
        }, range => $"{range.Path}, {range.Count} bytes from {range.First}");
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        output.WriteLine($"{tally}");
        Assert.Equal(database.ExhaustiveCount, tally.Total);
    }

    [Fact]
    public async Task LargeFiles_DamagedAnywhere_AreRefusedOrDoNoHarm()
    {
        var database = await SmallDatabase.CreateAsync(isLarge: true);
        var disk = database.Copy();
        var large = database.Files.Where(path => disk.LiveBytes(path).Length > SmallDatabase.SmallFileBytes).ToList();
        foreach (string kind in (string[])["/points.seg", "/vectors-00.seg", "/graph-00.seg", ".wal"])
            Assert.Contains(large, path => path.EndsWith(kind, StringComparison.Ordinal));

        var readings = large.ToDictionary(path => path, path => FileReading.Of(disk, path));
        var tally = new FlipTally();
        var campaign = new Campaign("damages");
        await campaign.RunAsync(Enumerable.Range(1, LargeCount), async number =>
        {
            var damage = SmallDamage.Draw(new Random(number), disk, large);
            var damaged = database.Copy();
            damage.Apply(damaged);

            // Zeros over zeros, or a block in its own place.
            if (damaged.LiveBytes(damage.Path).AsSpan().SequenceEqual(disk.LiveBytes(damage.Path)))
            {
                tally.Count(damage.Path, "left as it was");
                return;
            }

            tally.Count(damage.Path, await MeetAsync(database, damage, readings[damage.Path], damaged));
        }, number => $"damage {number} of a large file");
        Assert.True(campaign.Violations.Count == 0, string.Join('\n', campaign.Violations));
        output.WriteLine($"{tally}");
        Assert.Equal(LargeCount, tally.Total);
    }

    private static async Task<string> MeetAsync(SmallDatabase database, SmallDamage damage, FileReading? reading, SimulatedFileSystem damaged)
    {
        try
        {
            if (reading?.IsRefused(damaged) is { } isRefused)
                return isRefused ? "refused" : "read as it was";
        }
        catch (Exception problem)
        {
            throw new InvalidOperationException($"{damage}: {problem.GetType().Name}: {problem.Message}", problem);
        }

        return $"whole database: {await database.RunAsync(damage)}";
    }

    /// <summary>What became of damages, by kind of file. Thread-safe.</summary>
    private sealed class FlipTally
    {
        private readonly ConcurrentDictionary<(string Kind, string End), int> _counts = new();

        public int Total => _counts.Values.Sum();

        public void Count(string path, string end) => _counts.AddOrUpdate((SmallDamage.KindOf(path), end), 1, (_, count) => count + 1);

        public override string ToString() => string.Join('\n', _counts.OrderBy(count => count.Key).Select(count => $"{count.Value,7} {count.Key.Kind}: {count.Key.End}"));
    }
}
