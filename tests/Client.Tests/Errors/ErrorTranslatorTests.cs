using VectorStore.Client.Errors;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Client.Tests.Errors;

public sealed class ErrorTranslatorTests
{
    [Fact]
    public void Reasons_OfTheEngine_AllExistInTheClientWithTheSameNumber()
    {
        foreach (var reason in Enum.GetValues<Engine.ErrorReason>())
            Assert.Equal(reason.ToString(), ((ErrorReason)(int)reason).ToString());
    }

    [Theory]
    [InlineData(Engine.ErrorReason.DimensionMismatch, typeof(InvalidRequestException))]
    [InlineData(Engine.ErrorReason.RequestTooLarge, typeof(InvalidRequestException))]
    [InlineData(Engine.ErrorReason.CollectionNotFound, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.CollectionAlreadyExists, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.DataDirectoryInUse, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.CollectionDamaged, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.CollectionReadOnly, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.Closed, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.SnapshotNotFound, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.SnapshotAlreadyExists, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.SnapshotChanged, typeof(DatabaseStateException))]
    [InlineData(Engine.ErrorReason.SnapshotDamaged, typeof(CorruptDataException))]
    [InlineData(Engine.ErrorReason.InvalidArchive, typeof(CorruptDataException))]
    [InlineData(Engine.ErrorReason.CorruptData, typeof(CorruptDataException))]
    [InlineData(Engine.ErrorReason.UnsupportedFormatVersion, typeof(UnsupportedFormatVersionException))]
    [InlineData(Engine.ErrorReason.StorageFailed, typeof(StorageException))]
    [InlineData(Engine.ErrorReason.StorageFull, typeof(StorageException))]
    public void ToException_OfAnErrorOfTheEngine_HasTheSameTypeReasonAndSentence(Engine.ErrorReason reason, Type type)
    {
        var error = ErrorTranslator.ToException(new RpcException(EngineErrors.Code(reason), "what happened", EngineErrors.Reason(reason), "field"));
        Assert.IsType(type, error);
        Assert.Equal(type.Name, error.GetType().Name);
        Assert.Equal((ErrorReason)(int)reason, error.Reason);
        Assert.Equal("what happened", error.Message);
    }

    [Fact]
    public void ToException_OfALackOfMemory_NamesIt()
    {
        var error = Assert.IsType<ServerException>(ErrorTranslator.ToException(
            new RpcException(EngineErrors.Code(Engine.ErrorReason.OutOfMemory), "the operating system refused 65536 bytes of memory (errno 12)", EngineErrors.Reason(Engine.ErrorReason.OutOfMemory))));
        Assert.Equal((ErrorReason.OutOfMemory, "the operating system refused 65536 bytes of memory (errno 12)"), (error.Reason, error.Message));
    }

    [Fact]
    public void ToException_WithFacts_KeepsThem()
    {
        var corrupt = Assert.IsType<CorruptDataException>(ErrorTranslator.ToException(Error(StatusCode.DataLoss, "CORRUPT_DATA", ("file", "a/b"), ("offsetBytes", "123456789012"))));
        Assert.Equal(("a/b", 123456789012), (corrupt.File, corrupt.OffsetBytes));
        var storage = Assert.IsType<StorageException>(ErrorTranslator.ToException(Error(StatusCode.ResourceExhausted, "STORAGE_FULL", ("operation", "write"), ("path", "p"), ("errno", "28"))));
        Assert.Equal(("write", "p", 28), (storage.Operation, storage.Path, storage.Errno));
        var version = Assert.IsType<UnsupportedFormatVersionException>(
            ErrorTranslator.ToException(Error(StatusCode.FailedPrecondition, "UNSUPPORTED_FORMAT_VERSION", ("file", "f"), ("versionFound", "9"), ("versionMax", "1"))));
        Assert.Equal(("f", 9, 1), (version.File, version.VersionFound, version.VersionMax));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, typeof(ServerUnavailableException), ErrorReason.ServerUnavailable)]
    [InlineData(StatusCode.DeadlineExceeded, typeof(DeadlineException), ErrorReason.DeadlineExceeded)]
    [InlineData(StatusCode.InvalidArgument, typeof(InvalidRequestException), ErrorReason.Unknown)]
    [InlineData(StatusCode.Internal, typeof(ServerException), ErrorReason.Unknown)]
    [InlineData(StatusCode.Unimplemented, typeof(ServerException), ErrorReason.Unknown)]
    [InlineData(StatusCode.Unauthenticated, typeof(ServerException), ErrorReason.Unknown)]
    public void ToException_OfAReasonThatIsNew_GoesByTheStatus(StatusCode code, Type type, ErrorReason reason)
    {
        var error = ErrorTranslator.ToException(Error(code, "SOMETHING_NEW"));
        Assert.IsType(type, error);
        Assert.Equal(reason, error.Reason);
        if (error is ServerException server)
            Assert.Equal((StatusCodes.Name(code), "SOMETHING_NEW"), (server.Status, server.ReasonName));
    }

    private static RpcException Error(StatusCode code, string reason, params (string Name, string Value)[] facts) =>
        new(code, "what happened", reason) { Facts = facts.ToDictionary(fact => fact.Name, fact => fact.Value) };
}
