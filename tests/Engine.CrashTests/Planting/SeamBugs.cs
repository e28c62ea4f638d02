using VectorStore.Engine.CrashTests.Workloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>All bugs that are planted between the engine and the disk, by the suite that must find them.</summary>
internal static class SeamBugs
{
    public const string LimitNotSynced = "no sync of how many bytes logs may take";
    public const string LimitTakenBackNotSynced = "no sync of a limit that is taken back";
    public const string GoneNotSynced = "no sync of since when a log is gone";
    public const string PruningNotSynced = "no sync of what is removed from the archive of a log";
    public const string PrunedFromTheBack = "the archive of a log is removed from its end";
    public const string FormatNotSynced = "no sync of VECTORSTORE written anew";
    public const string KeptFormatNotSynced = "no sync of what is kept of VECTORSTORE";

    private const string Snapshots = $"/snapshots/{LifeWorkload.Name}";

    /// <summary>A loss of power shows these.</summary>
    public static IReadOnlyList<PlantedBug> OfPowerLoss { get; } =
    [
        PlantedBug.NoSync("no sync of the log", path => path.EndsWith(".wal", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of a new log file's header", path => path.EndsWith(".wal.tmp", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of segment files", path => path.EndsWith(".seg", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of a segment's points", path => path.EndsWith("/points.seg", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of a segment's vectors", path => path.Contains("/vectors-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of a segment's payloads", path => path.EndsWith("/payloads.seg", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of a segment's graph", path => path.Contains("/graph-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of which rows are dead", path => path.Contains("/deletes-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of changed payloads", path => path.Contains("/changes-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of the manifest", path => path.Contains("/MANIFEST-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of CURRENT before it is renamed", path => path.EndsWith("/CURRENT.tmp", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of what a restored collection replaces", path => path.EndsWith("/REPLACES.tmp", StringComparison.Ordinal), firstSeed: 767),
        PlantedBug.NoSync("no sync of the snapshot's log", path => IsUnfinished(path) && path.EndsWith(".wal", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of the snapshot's manifest", path => IsUnfinished(path) && path.Contains("/MANIFEST-", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of the descriptor", path => IsUnfinished(path) && path.EndsWith("/SNAPSHOT", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the log's directory", path => path.EndsWith("/wal", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the collection's directory", path => path.Contains('~', StringComparison.Ordinal) && path.LastIndexOf('/') < path.IndexOf('~', StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the directory of collections", path => path.EndsWith("/collections", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of a segment's directory", path => path.Contains("/segments/", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the directory of segments", path => path.EndsWith("/segments", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the snapshot's directories", IsUnfinished),
        PlantedBug.NoDirectorySync("no sync of the links of a snapshot", path => IsUnfinished(path) && path.Contains("/segments/", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the directory of snapshots", path => path.EndsWith(Snapshots, StringComparison.Ordinal)),
        new("a snapshot is named before anything of it is synced", disk =>
        {
            ((SimulatedFileSystem)disk).IgnoreFileSync(IsUnfinished);
            ((SimulatedFileSystem)disk).IgnoreDirectorySync(IsUnfinished);
            return disk;
        }),
        new("acknowledged before the sync", disk => new AcknowledgedBeforeSync(disk)),
        new("the log is shortened before the manifest is in place", disk => new ShortenedBeforeManifest(disk)),
        new("the old manifest stays in place", disk => new StaleManifest(disk)),
        new("a change of the configuration is not in place", disk => new ChangeNotInPlace(disk)),
        new("the manifest is in place before the data is synced", disk => new ManifestBeforeData(disk)),
        new("CURRENT is removed before it is renamed", disk => new RemovedBeforeRename(disk)),
        new("replaying stops one record early", disk => new ReplayStopsEarly(disk)),
        new("deletes are not replayed", ReplayBugs.SkipDeletes),
        new("the order of versions is ignored when replaying", ReplayBugs.ReverseOrder),
        new("names are not synced when a database is opened", disk => new NoSyncWhenOpened(disk)),
        new("what a crash left unfinished stays", disk => new LeftoversStay(disk)),
        new("a payload store that is of no use stays", disk => new UselessPayloadsStay(disk)),
        new("a file left unfinished is in the way", disk => new LeftoversInTheWay(disk)),
        PlantedBug.NoDirectorySync("no sync of the archive of a log", path => path.Contains("/log-archive/", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the directory of archives", path => path.EndsWith("/log-archive", StringComparison.Ordinal)),
        new("a log file is removed before it is in the archive", disk => new GoneBeforeArchived(disk)),
        new("the log does not tell the time", ReplayBugs.StopClock),
        PlantedBug.NoSync("no sync of the descriptor of the whole", path => IsUnfinishedWhole(path) && path.EndsWith("/SNAPSHOT", StringComparison.Ordinal) && !IsMember(path)),
        PlantedBug.NoSync("no sync of the descriptors in the whole", path => IsUnfinishedWhole(path) && path.EndsWith("/SNAPSHOT", StringComparison.Ordinal) && IsMember(path)),
        PlantedBug.NoSync("no sync of the logs in the whole", path => IsUnfinishedWhole(path) && path.EndsWith(".wal", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the directories of the whole", IsUnfinishedWhole),
        PlantedBug.NoDirectorySync("no sync of the directory of wholes", path => path.EndsWith("/~database", StringComparison.Ordinal)),
        PlantedBug.NoSync("no sync of the schedules", path => path.EndsWith("/SCHEDULES.tmp", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync("no sync of the data directory", path => path == "/data"),
        new("what a schedule makes is not noted", disk => new RunsNotNoted(disk)),
    ];

    /// <summary>Calls that fail show these.</summary>
    public static IReadOnlyList<PlantedBug> OfFaults { get; } =
    [
        new("a failed sync is taken for done", disk => new FailedSyncIgnored(disk), FileCallKind.SyncData),
        new("a failed sync is tried again", disk => new FailedSyncRetried(disk), FileCallKind.SyncData),
        new("a failed write is taken for done", disk => new FailedWriteIgnored(disk), FileCallKind.Write),
        new("a failed sync of a directory is taken for done", disk => new FailedDirectorySyncIgnored(disk), FileCallKind.SyncDirectory),
        new("a failed rename is taken for done", disk => new FailedRenameIgnored(disk), FileCallKind.Rename),
        new("a failed removal is taken for done", disk => new FailedRemovalIgnored(disk), FileCallKind.DeleteFile),
        new("a short read is taken for whole", disk => new ShortReadFilledUp(disk), FileCallKind.Read, InRecovery: true),
        new("records of a doubtful tail are not written again", disk => new DoubtfulTailKept(disk), FileCallKind.SyncData),
    ];

    /// <summary>Damaged files show these. The disk is the damaged one.</summary>
    public static IReadOnlyList<PlantedBug> OfDamage { get; } =
    [
        new("checksums of sealed files are not compared", disk =>
        {
            BlockChecksums.Refit((SimulatedFileSystem)disk);
            return disk;
        }, ShownIn: "/points.seg"),
        new("checksums of log records are not compared", ReplayBugs.IgnoreLogChecksums, ShownIn: ".wal"),
    ];

    /// <summary>A loss of power while logs are kept, or not any more, shows these.</summary>
    public static IReadOnlyList<PlantedBug> OfLogArchive { get; } =
    [
        PlantedBug.NoSync(LimitNotSynced, path => path.EndsWith("/log-archive/LIMIT.tmp", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync(LimitTakenBackNotSynced, path => path.EndsWith("/log-archive", StringComparison.Ordinal)),
        PlantedBug.NoSync(GoneNotSynced, path => path.EndsWith("/GONE.tmp", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync(PruningNotSynced, path => path.Contains("/log-archive/", StringComparison.Ordinal)),
        new(PrunedFromTheBack, disk => new PrunedFromBehind(disk)),
    ];

    /// <summary>A loss of power while the file VECTORSTORE is repaired shows these.</summary>
    public static IReadOnlyList<PlantedBug> OfRepair { get; } =
    [
        PlantedBug.NoSync(FormatNotSynced, path => path.EndsWith("/VECTORSTORE.tmp", StringComparison.Ordinal)),
        PlantedBug.NoDirectorySync(KeptFormatNotSynced, path => path.EndsWith("/damaged", StringComparison.Ordinal)),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<PlantedBug> All => [.. OfPowerLoss, .. OfFaults, .. OfDamage, .. OfLogArchive, .. OfRepair];

    private static bool IsUnfinishedWhole(string path) => path.Contains("/snapshots/~database/.", StringComparison.Ordinal);

    private static bool IsMember(string path) => path.Contains("/collections/", StringComparison.Ordinal);

    private static bool IsUnfinished(string path) => path.Contains($"{Snapshots}/.", StringComparison.Ordinal);
}
