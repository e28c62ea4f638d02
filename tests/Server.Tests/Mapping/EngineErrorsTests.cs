using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Tests.Mapping;

public sealed class EngineErrorsTests
{
    [Theory]
    [InlineData(ErrorReason.DimensionMismatch, StatusCode.InvalidArgument, "DIMENSION_MISMATCH")]
    [InlineData(ErrorReason.NonFiniteVector, StatusCode.InvalidArgument, "NON_FINITE_VECTOR")]
    [InlineData(ErrorReason.ZeroVector, StatusCode.InvalidArgument, "ZERO_VECTOR")]
    [InlineData(ErrorReason.UnknownVector, StatusCode.InvalidArgument, "UNKNOWN_VECTOR")]
    [InlineData(ErrorReason.InvalidId, StatusCode.InvalidArgument, "INVALID_ID")]
    [InlineData(ErrorReason.InvalidName, StatusCode.InvalidArgument, "INVALID_NAME")]
    [InlineData(ErrorReason.OutOfRange, StatusCode.InvalidArgument, "OUT_OF_RANGE")]
    [InlineData(ErrorReason.PayloadTooLarge, StatusCode.InvalidArgument, "PAYLOAD_TOO_LARGE")]
    [InlineData(ErrorReason.PayloadTooDeep, StatusCode.InvalidArgument, "PAYLOAD_TOO_DEEP")]
    [InlineData(ErrorReason.InvalidPayload, StatusCode.InvalidArgument, "INVALID_PAYLOAD")]
    [InlineData(ErrorReason.InvalidFilter, StatusCode.InvalidArgument, "INVALID_FILTER")]
    [InlineData(ErrorReason.InvalidConfiguration, StatusCode.InvalidArgument, "INVALID_CONFIGURATION")]
    [InlineData(ErrorReason.RequestTooLarge, StatusCode.InvalidArgument, "REQUEST_TOO_LARGE")]
    [InlineData(ErrorReason.EmptyRequest, StatusCode.InvalidArgument, "EMPTY_REQUEST")]
    [InlineData(ErrorReason.CollectionNotFound, StatusCode.NotFound, "COLLECTION_NOT_FOUND")]
    [InlineData(ErrorReason.CollectionAlreadyExists, StatusCode.AlreadyExists, "COLLECTION_ALREADY_EXISTS")]
    [InlineData(ErrorReason.SnapshotNotFound, StatusCode.NotFound, "SNAPSHOT_NOT_FOUND")]
    [InlineData(ErrorReason.SnapshotAlreadyExists, StatusCode.AlreadyExists, "SNAPSHOT_ALREADY_EXISTS")]
    [InlineData(ErrorReason.SnapshotDamaged, StatusCode.DataLoss, "SNAPSHOT_DAMAGED")]
    [InlineData(ErrorReason.SnapshotChanged, StatusCode.Aborted, "SNAPSHOT_CHANGED")]
    [InlineData(ErrorReason.SnapshotBaseMissing, StatusCode.FailedPrecondition, "SNAPSHOT_BASE_MISSING")]
    [InlineData(ErrorReason.LibraryMissing, StatusCode.FailedPrecondition, "LIBRARY_MISSING")]
    [InlineData(ErrorReason.ScheduleNotFound, StatusCode.NotFound, "SCHEDULE_NOT_FOUND")]
    [InlineData(ErrorReason.InvalidArchive, StatusCode.InvalidArgument, "INVALID_ARCHIVE")]
    [InlineData(ErrorReason.DataDirectoryInUse, StatusCode.FailedPrecondition, "DATA_DIRECTORY_IN_USE")]
    [InlineData(ErrorReason.CollectionDamaged, StatusCode.DataLoss, "COLLECTION_DAMAGED")]
    [InlineData(ErrorReason.CollectionReadOnly, StatusCode.FailedPrecondition, "COLLECTION_READ_ONLY")]
    [InlineData(ErrorReason.Closed, StatusCode.Unavailable, "CLOSED")]
    [InlineData(ErrorReason.CorruptData, StatusCode.DataLoss, "CORRUPT_DATA")]
    [InlineData(ErrorReason.UnsupportedFormatVersion, StatusCode.FailedPrecondition, "UNSUPPORTED_FORMAT_VERSION")]
    [InlineData(ErrorReason.StorageFailed, StatusCode.Internal, "STORAGE_FAILED")]
    [InlineData(ErrorReason.StorageFull, StatusCode.ResourceExhausted, "STORAGE_FULL")]
    [InlineData(ErrorReason.OutOfMemory, StatusCode.ResourceExhausted, "OUT_OF_MEMORY")]
    [InlineData(ErrorReason.Unknown, StatusCode.Internal, "UNKNOWN")]
    public void EveryReason_HasAStatusAndAName(ErrorReason reason, StatusCode code, string name)
    {
        Assert.Equal(code, EngineErrors.Code(reason));
        Assert.Equal(name, EngineErrors.Reason(reason));
    }

    [Fact]
    public void TheTableAbove_NamesEveryReason() =>
        Assert.Equal(Enum.GetValues<ErrorReason>().Length, typeof(EngineErrorsTests).GetMethod(nameof(EveryReason_HasAStatusAndAName))!.GetCustomAttributesData().Count(data => data.AttributeType == typeof(InlineDataAttribute)));

    [Theory]
    [InlineData("limit", "limit: too many", "searches[3].limit", "searches[3].limit: too many")]
    [InlineData("filter", "a filter is wrong", "searches[3].filter", "searches[3]: a filter is wrong")]
    [InlineData(null, "no such thing", "searches[3]", "searches[3]: no such thing")]
    public void Within_PutsThePartBeforeFieldAndSentence(string? field, string message, string expectedField, string expectedMessage)
    {
        var whole = EngineErrors.Within("searches[3]", new RpcException(StatusCode.InvalidArgument, message, "R", field));
        Assert.Equal((expectedField, expectedMessage, "R"), (whole.Field, whole.Message, whole.Reason));
    }
}
