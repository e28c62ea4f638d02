using VectorStore.Engine;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Server.Mapping;

/// <summary>Moments that snapshots are restored to.</summary>
internal static class RestorePoints
{
    /// <summary>Null: the snapshot as it is. What says no moment, or a time that no calendar has, is an error of the caller.</summary>
    public static RestorePoint? ToEngine(Wire.RestorePoint? point) => point?.MomentCase switch
    {
        null => null,
        Wire.RestorePoint.MomentOneofCase.Lsn => RestorePoint.AtLsn(point.Lsn),
        Wire.RestorePoint.MomentOneofCase.UnixMs => RestorePoint.AtTime(TimeOf(point.UnixMs)),
        Wire.RestorePoint.MomentOneofCase.Newest when point.Newest => RestorePoint.Newest,
        _ => throw EngineErrors.Invalid(ErrorReason.OutOfRange, "point", "point: expected lsn, unix_ms or newest = true, got none of them"),
    };

    private static DateTimeOffset TimeOf(long unixMs)
    {
        try
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "point.unixMs", $"point.unixMs: expected milliseconds since 1970 of the years 1 to 9999, got {unixMs}");
        }
    }
}
