using VectorStore.Engine;

namespace VectorStore.Server.Hosting;

/// <summary>What the process answers. Scripts rely on the numbers: they never change. See docs/server.md.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Fault = 1;
    public const int BadOptions = 2;
    public const int Damaged = 3;
    public const int StorageFailed = 4;
    public const int DataDirectoryInUse = 5;
    public const int PortTaken = 6;
    public const int Interrupted = 130;

    public const string Help =
        "Exit codes: 0 stopped as asked; 1 a fault of this program; 2 bad options; 3 the data directory is damaged or of another format; " +
        "4 storage failure; 5 data directory in use; 6 cannot listen on a port; 130 ended at once by a second signal.";

    /// <summary>The exit code of an engine error at the start.</summary>
    public static int Of(ErrorReason reason) => reason switch
    {
        ErrorReason.DataDirectoryInUse => DataDirectoryInUse,
        ErrorReason.CorruptData or ErrorReason.UnsupportedFormatVersion => Damaged,
        ErrorReason.StorageFailed or ErrorReason.StorageFull => StorageFailed,
        ErrorReason.OutOfRange or ErrorReason.InvalidConfiguration => BadOptions,
        _ => Fault,
    };
}
