using VectorStore.Engine;
using VectorStore.Places;

namespace VectorStore.Cli;

/// <summary>What the process answers. Scripts rely on the numbers: they never change. See docs/cli.md.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int BadInput = 1;
    public const int NotFound = 2;
    public const int Damaged = 3;
    public const int StorageFailed = 4;
    public const int InUse = 5;
    public const int ServerUnavailable = 6;
    public const int InternalError = 70;
    public const int Cancelled = 130;

    /// <summary>For the help of every command.</summary>
    public const string Help =
        "Exit codes: 0 ok; 1 bad usage or bad input; 2 not found; 3 damaged data or red collection; 4 storage failure (full disk, I/O); " +
        "5 data directory in use; 6 server not reachable, too late or failed; 70 a fault of this program; 130 cancelled.";

    /// <summary>The exit code of an engine error.</summary>
    public static int Of(ErrorReason reason) => reason switch
    {
        ErrorReason.CollectionNotFound or ErrorReason.SnapshotNotFound or ErrorReason.ScheduleNotFound or ErrorReason.Closed => NotFound,
        ErrorReason.DataDirectoryInUse => InUse,
        ErrorReason.CollectionDamaged or ErrorReason.CollectionReadOnly or ErrorReason.CorruptData or ErrorReason.UnsupportedFormatVersion
            or ErrorReason.SnapshotDamaged or ErrorReason.InvalidArchive => Damaged,
        ErrorReason.StorageFailed or ErrorReason.StorageFull or ErrorReason.OutOfMemory => StorageFailed,
        ErrorReason.Unknown => InternalError,
        _ => BadInput,
    };

    /// <summary>The exit code of an error of a place that keeps archives.</summary>
    public static int Of(PlaceErrorReason reason) => reason switch
    {
        PlaceErrorReason.PlaceNotFound or PlaceErrorReason.ArchiveNotFound => NotFound,
        PlaceErrorReason.InvalidAddress or PlaceErrorReason.InvalidKey or PlaceErrorReason.ArchiveAlreadyExists => BadInput,
        _ => StorageFailed,
    };
}
