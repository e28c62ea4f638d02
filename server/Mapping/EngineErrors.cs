using System.Globalization;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Mapping;

/// <summary>Errors of the engine as they travel: its sentence word for word, its reason in capitals, its field.</summary>
internal static class EngineErrors
{
    public static RpcException ToRpc(VectorStoreException problem) =>
        new(Code(problem.Reason), problem.Message, Reason(problem.Reason), (problem as InvalidRequestException)?.Field, problem)
        {
            Facts = Facts(problem),
        };

    /// <summary>The same error about one part of a larger request, such as <c>searches[3]</c>.</summary>
    public static RpcException Within(string part, RpcException problem)
    {
        // Most sentences begin with the field they are about: then the path becomes longer, and reads as one.
        bool namesField = problem.Field is { } field && problem.Message.StartsWith(field, StringComparison.Ordinal);
        string message = namesField ? $"{part}.{problem.Message}" : $"{part}: {problem.Message}";
        return new RpcException(problem.Code, message, problem.Reason, problem.Field is null ? part : $"{part}.{problem.Field}", problem) { Facts = problem.Facts };
    }

    /// <summary>A request that the engine never sees, refused in the engine's words.</summary>
    public static RpcException Invalid(ErrorReason reason, string field, string message) =>
        new(StatusCode.InvalidArgument, message, Reason(reason), field);

    /// <summary>Two fields of which a request may have one.</summary>
    public static RpcException Conflict(string field, string one, string other) =>
        new(StatusCode.InvalidArgument, $"{field}: expected at most one of '{one}' and '{other}', got both", "CONFLICTING_FIELDS", field);

    public static StatusCode Code(ErrorReason reason) => reason switch
    {
        ErrorReason.CollectionNotFound or ErrorReason.SnapshotNotFound or ErrorReason.ScheduleNotFound => StatusCode.NotFound,
        ErrorReason.CollectionAlreadyExists or ErrorReason.SnapshotAlreadyExists => StatusCode.AlreadyExists,
        ErrorReason.CollectionDamaged or ErrorReason.SnapshotDamaged or ErrorReason.CorruptData => StatusCode.DataLoss,
        ErrorReason.CollectionReadOnly or ErrorReason.DataDirectoryInUse or ErrorReason.UnsupportedFormatVersion or ErrorReason.SnapshotBaseMissing
            or ErrorReason.LibraryMissing => StatusCode.FailedPrecondition,
        ErrorReason.SnapshotChanged => StatusCode.Aborted,
        ErrorReason.Closed => StatusCode.Unavailable,
        ErrorReason.StorageFull or ErrorReason.OutOfMemory => StatusCode.ResourceExhausted,
        ErrorReason.StorageFailed or ErrorReason.Unknown => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };

    /// <summary>A reason as programs compare it: <c>DIMENSION_MISMATCH</c>.</summary>
    public static string Reason(ErrorReason reason) => s_reasons[reason];

    private static readonly Dictionary<ErrorReason, string> s_reasons = Enum.GetValues<ErrorReason>().ToDictionary(reason => reason, reason => UpperSnake($"{reason}"));

    private static string UpperSnake(string pascal) =>
        string.Concat(pascal.Select((letter, index) => index > 0 && char.IsAsciiLetterUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private static Dictionary<string, string> Facts(VectorStoreException problem) => problem switch
    {
        CorruptDataException corrupt => new()
        {
            ["file"] = corrupt.File,
            ["offsetBytes"] = corrupt.OffsetBytes.ToString(CultureInfo.InvariantCulture),
        },
        StorageException { FreeBytes: { } free, FloorBytes: { } floor } refused => new()
        {
            ["operation"] = refused.Operation,
            ["path"] = refused.Path,
            ["errno"] = refused.Errno.ToString(CultureInfo.InvariantCulture),
            ["freeBytes"] = free.ToString(CultureInfo.InvariantCulture),
            ["floorBytes"] = floor.ToString(CultureInfo.InvariantCulture),
        },
        StorageException storage => new()
        {
            ["operation"] = storage.Operation,
            ["path"] = storage.Path,
            ["errno"] = storage.Errno.ToString(CultureInfo.InvariantCulture),
        },
        UnsupportedFormatVersionException version => new()
        {
            ["file"] = version.File,
            ["versionFound"] = version.VersionFound.ToString(CultureInfo.InvariantCulture),
            ["versionMax"] = version.VersionMax.ToString(CultureInfo.InvariantCulture),
        },
        MemoryExhaustedException { BytesRequested: { } bytes } => new()
        {
            ["bytesRequested"] = bytes.ToString(CultureInfo.InvariantCulture),
        },
        { InnerException: VectorStoreException cause } => Facts(cause),
        _ => [],
    };
}
