using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Errors;

/// <summary>Makes exceptions of this library from the errors that calls end with. The sentence stays word for word.</summary>
internal static class ErrorTranslator
{
    private static readonly FrozenDictionary<string, ErrorReason> s_reasons =
        Enum.GetValues<ErrorReason>().ToFrozenDictionary(reason => NameOnTheWire(reason.ToString()), StringComparer.Ordinal);

    public static VectorStoreException ToException(RpcException error)
    {
        var reason = error.Reason is { } name ? s_reasons.GetValueOrDefault(name) : ErrorReason.Unknown;
        return reason switch
        {
            ErrorReason.CorruptData or ErrorReason.SnapshotDamaged or ErrorReason.InvalidArchive =>
                new CorruptDataException(reason, error.Message, Text(error, "file"), Number(error, "offsetBytes"), error),
            ErrorReason.UnsupportedFormatVersion =>
                new UnsupportedFormatVersionException(error.Message, Text(error, "file"), Number(error, "versionFound"), Number(error, "versionMax"), error),
            ErrorReason.StorageFailed or ErrorReason.StorageFull =>
                new StorageException(reason, error.Message, Text(error, "operation"), Text(error, "path"), (int)Number(error, "errno"), error),
            ErrorReason.CollectionNotFound or ErrorReason.CollectionAlreadyExists or ErrorReason.DataDirectoryInUse or ErrorReason.CollectionDamaged
                or ErrorReason.CollectionReadOnly or ErrorReason.Closed or ErrorReason.SnapshotNotFound or ErrorReason.SnapshotAlreadyExists or ErrorReason.SnapshotChanged
                or ErrorReason.ScheduleNotFound or ErrorReason.SnapshotBaseMissing or ErrorReason.LibraryMissing => new DatabaseStateException(reason, error.Message, error),
            _ => ByStatus(reason, error),
        };
    }

    private static VectorStoreException ByStatus(ErrorReason reason, RpcException error) => error.Code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => new InvalidRequestException(reason, error.Field ?? "", error.Message, error),
        StatusCode.Unavailable => new ServerUnavailableException(error.Message, error),
        StatusCode.DeadlineExceeded => new DeadlineException(error.Message, error),
        _ => new ServerException(reason, StatusCodes.Name(error.Code), error.Reason, error.Message, error),
    };

    private static string Text(RpcException error, string fact) => error.Facts.GetValueOrDefault(fact, "");

    private static long Number(RpcException error, string fact) =>
        long.TryParse(error.Facts.GetValueOrDefault(fact), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;

    /// <summary>DimensionMismatch is DIMENSION_MISMATCH there.</summary>
    private static string NameOnTheWire(string name)
    {
        var text = new StringBuilder();
        foreach (char character in name)
        {
            if (char.IsAsciiLetterUpper(character) && text.Length > 0)
                text.Append('_');

            text.Append(char.ToUpperInvariant(character));
        }

        return text.ToString();
    }
}
