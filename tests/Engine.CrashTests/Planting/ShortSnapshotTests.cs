using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>A snapshot whose log ends one record early, with every sync done and hashes that fit: no file gives it away, only what it holds.</summary>
public sealed class ShortSnapshotTests
{
    [Fact]
    public async Task PlantedBug_MissingLogTailOfASnapshot_IsFound()
    {
        const int Steps = 16;
        const int RoundsMax = 20;
        var disk = new SimulatedFileSystem(1);
        var workload = new LifeWorkload(2);
        bool wasShortened = false;
        for (int round = 0; round < RoundsMax && !wasShortened; round++)
        {
            await workload.RunAsync(disk, Steps);
            await workload.CheckAsync(disk, "before the bug");
            wasShortened = disk.AllFiles().Any(ShortenLog);
        }

        Assert.True(wasShortened, "no snapshot has records in its log");
        var found = await Record.ExceptionAsync(() => workload.CheckAsync(disk, "with the bug"));
        Assert.True(found is Xunit.Sdk.XunitException or CorruptDataException, $"it was met with {found?.ToString() ?? "nothing"}");

        bool ShortenLog(string path)
        {
            if (!path.Contains("/snapshots/", StringComparison.Ordinal) || !path.EndsWith(".wal", StringComparison.Ordinal))
                return false;

            WalFileHeader header;
            ulong lastLsn;
            using (var file = disk.OpenFile(path, FileAccessMode.Read))
            {
                header = WalReader.ReadHeader(file);
                using var reader = new WalReader(file, header);
                while (reader.TryRead(out _, out _))
                {
                    // To the end.
                }

                lastLsn = reader.NextLsn - 1;
            }

            string directory = path[..path.LastIndexOf('/')];
            if (lastLsn < header.FirstLsn || disk.ListFiles(directory).Count > 1)
                return false;

            var source = WalTimeline.Of(disk, header.CollectionId, directory);
            WalCopy.Write(disk, $"{directory}-short", header.CollectionId, header.FirstLsn - 1, copy => copy.AddRecords(source, header.FirstLsn - 1, lastLsn - 1, CancellationToken.None));
            disk.DeleteDirectory(directory);
            disk.Rename($"{directory}-short", directory);
            string snapshot = FileSystemExtensions.Parent(directory);
            var descriptor = SnapshotDescriptorFile.Read(disk, snapshot);
            disk.DeleteFile($"{snapshot}/SNAPSHOT");
            SnapshotWriter.Complete(disk, snapshot, descriptor, [], new HashSet<string>(), new SnapshotHashes(), CancellationToken.None);
            return true;
        }
    }
}
