using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;

namespace VectorStore.Client.Calls;

/// <summary>The methods of the server that the client calls.</summary>
internal static class ServiceMethods
{
    public static ServiceMethod<CreateCollectionRequest, CreateCollectionResponse> CreateCollection { get; } =
        Generated<CreateCollectionRequest, CreateCollectionResponse>("CollectionService/Create");

    public static ServiceMethod<GetCollectionRequest, GetCollectionResponse> GetCollection { get; } =
        Generated<GetCollectionRequest, GetCollectionResponse>("CollectionService/Get");

    public static ServiceMethod<ListCollectionsRequest, ListCollectionsResponse> ListCollections { get; } =
        Generated<ListCollectionsRequest, ListCollectionsResponse>("CollectionService/List");

    public static ServiceMethod<UpdateCollectionRequest, UpdateCollectionResponse> UpdateCollection { get; } =
        Generated<UpdateCollectionRequest, UpdateCollectionResponse>("CollectionService/Update");

    public static ServiceMethod<DeleteCollectionRequest, DeleteCollectionResponse> DeleteCollection { get; } =
        Generated<DeleteCollectionRequest, DeleteCollectionResponse>("CollectionService/Delete");

    public static ServiceMethod<UpsertMessage, UpsertResponse> Upsert { get; } =
        new("vectorstore.v1.PointService/Upsert", UpsertRequestCodec.Instance, GeneratedCodec<UpsertResponse>.Instance);

    public static ServiceMethod<GetPointsRequest, GetPointsResponse> Get { get; } = Generated<GetPointsRequest, GetPointsResponse>("PointService/Get");

    public static ServiceMethod<DeletePointsRequest, DeletePointsResponse> Delete { get; } = Generated<DeletePointsRequest, DeletePointsResponse>("PointService/Delete");

    public static ServiceMethod<UpdatePayloadRequest, UpdatePayloadResponse> UpdatePayload { get; } =
        Generated<UpdatePayloadRequest, UpdatePayloadResponse>("PointService/UpdatePayload");

    public static ServiceMethod<Protocol.V1.ScrollRequest, ScrollResponse> Scroll { get; } =
        Generated<Protocol.V1.ScrollRequest, ScrollResponse>("PointService/Scroll");

    public static ServiceMethod<CountRequest, CountResponse> Count { get; } = Generated<CountRequest, CountResponse>("PointService/Count");

    public static ServiceMethod<SearchMessage, SearchAnswer> Search { get; } =
        new("vectorstore.v1.SearchService/Search", SearchRequestCodec.Instance, SearchResponseCodec.Instance);

    public static ServiceMethod<SearchBatchMessage, SearchBatchAnswer> SearchBatch { get; } =
        new("vectorstore.v1.SearchService/SearchBatch", SearchBatchRequestCodec.Instance, SearchBatchResponseCodec.Instance);

    public static ServiceMethod<SearchMessage, ExplainResponse> Explain { get; } =
        new("vectorstore.v1.SearchService/Explain", SearchRequestCodec.Instance, GeneratedCodec<ExplainResponse>.Instance);

    public static ServiceMethod<StatusRequest, StatusResponse> Status { get; } = Generated<StatusRequest, StatusResponse>("AdminService/Status");

    public static ServiceMethod<VerifyStreamRequest, VerifyStreamResponse> VerifyStream { get; } =
        Generated<VerifyStreamRequest, VerifyStreamResponse>("AdminService/VerifyStream");

    public static ServiceMethod<SealRequest, SealResponse> Seal { get; } = Generated<SealRequest, SealResponse>("AdminService/Seal");

    public static ServiceMethod<OptimizeRequest, OptimizeResponse> Optimize { get; } = Generated<OptimizeRequest, OptimizeResponse>("AdminService/Optimize");

    public static ServiceMethod<GetOptimizerStatusRequest, GetOptimizerStatusResponse> GetOptimizerStatus { get; } =
        Generated<GetOptimizerStatusRequest, GetOptimizerStatusResponse>("AdminService/GetOptimizerStatus");

    public static ServiceMethod<PauseOptimizerRequest, PauseOptimizerResponse> PauseOptimizer { get; } =
        Generated<PauseOptimizerRequest, PauseOptimizerResponse>("AdminService/PauseOptimizer");

    public static ServiceMethod<ResumeOptimizerRequest, ResumeOptimizerResponse> ResumeOptimizer { get; } =
        Generated<ResumeOptimizerRequest, ResumeOptimizerResponse>("AdminService/ResumeOptimizer");

    public static ServiceMethod<GetScrubStatusRequest, GetScrubStatusResponse> GetScrubStatus { get; } =
        Generated<GetScrubStatusRequest, GetScrubStatusResponse>("AdminService/GetScrubStatus");

    public static ServiceMethod<RunScrubRequest, RunScrubResponse> RunScrub { get; } = Generated<RunScrubRequest, RunScrubResponse>("AdminService/RunScrub");

    public static ServiceMethod<PauseScrubRequest, PauseScrubResponse> PauseScrub { get; } = Generated<PauseScrubRequest, PauseScrubResponse>("AdminService/PauseScrub");

    public static ServiceMethod<ResumeScrubRequest, ResumeScrubResponse> ResumeScrub { get; } = Generated<ResumeScrubRequest, ResumeScrubResponse>("AdminService/ResumeScrub");

    public static ServiceMethod<WaitForIndexRequest, WaitForIndexResponse> WaitForIndex { get; } =
        Generated<WaitForIndexRequest, WaitForIndexResponse>("AdminService/WaitForIndex");

    public static ServiceMethod<CreateSnapshotRequest, CreateSnapshotResponse> CreateSnapshot { get; } = Generated<CreateSnapshotRequest, CreateSnapshotResponse>("SnapshotService/CreateSnapshot");

    public static ServiceMethod<ListSnapshotsRequest, ListSnapshotsResponse> ListSnapshots { get; } = Generated<ListSnapshotsRequest, ListSnapshotsResponse>("SnapshotService/ListSnapshots");

    public static ServiceMethod<GetSnapshotRequest, GetSnapshotResponse> GetSnapshot { get; } = Generated<GetSnapshotRequest, GetSnapshotResponse>("SnapshotService/GetSnapshot");

    public static ServiceMethod<DeleteSnapshotRequest, DeleteSnapshotResponse> DeleteSnapshot { get; } = Generated<DeleteSnapshotRequest, DeleteSnapshotResponse>("SnapshotService/DeleteSnapshot");

    public static ServiceMethod<VerifySnapshotRequest, VerifySnapshotResponse> VerifySnapshot { get; } = Generated<VerifySnapshotRequest, VerifySnapshotResponse>("SnapshotService/VerifySnapshot");

    public static ServiceMethod<RestoreSnapshotRequest, RestoreSnapshotResponse> RestoreSnapshot { get; } = Generated<RestoreSnapshotRequest, RestoreSnapshotResponse>("SnapshotService/RestoreSnapshot");

    public static ServiceMethod<DownloadSnapshotRequest, DownloadSnapshotResponse> DownloadSnapshot { get; } = Generated<DownloadSnapshotRequest, DownloadSnapshotResponse>("SnapshotService/DownloadSnapshot");

    public static ServiceMethod<UploadSnapshotRequest, UploadSnapshotResponse> UploadSnapshot { get; } = Generated<UploadSnapshotRequest, UploadSnapshotResponse>("SnapshotService/UploadSnapshot");

    public static ServiceMethod<GetSnapshotUploadRequest, GetSnapshotUploadResponse> GetSnapshotUpload { get; } = Generated<GetSnapshotUploadRequest, GetSnapshotUploadResponse>("SnapshotService/GetSnapshotUpload");

    public static ServiceMethod<CancelSnapshotUploadRequest, CancelSnapshotUploadResponse> CancelSnapshotUpload { get; } = Generated<CancelSnapshotUploadRequest, CancelSnapshotUploadResponse>("SnapshotService/CancelSnapshotUpload");

    public static ServiceMethod<SetSnapshotScheduleRequest, SetSnapshotScheduleResponse> SetSnapshotSchedule { get; } = Generated<SetSnapshotScheduleRequest, SetSnapshotScheduleResponse>("SnapshotService/SetSnapshotSchedule");

    public static ServiceMethod<ListSnapshotSchedulesRequest, ListSnapshotSchedulesResponse> ListSnapshotSchedules { get; } = Generated<ListSnapshotSchedulesRequest, ListSnapshotSchedulesResponse>("SnapshotService/ListSnapshotSchedules");

    public static ServiceMethod<RemoveSnapshotScheduleRequest, RemoveSnapshotScheduleResponse> RemoveSnapshotSchedule { get; } = Generated<RemoveSnapshotScheduleRequest, RemoveSnapshotScheduleResponse>("SnapshotService/RemoveSnapshotSchedule");

    public static ServiceMethod<GetLogArchiveRequest, GetLogArchiveResponse> GetLogArchive { get; } = Generated<GetLogArchiveRequest, GetLogArchiveResponse>("SnapshotService/GetLogArchive");

    private static ServiceMethod<TRequest, TResponse> Generated<TRequest, TResponse>(string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new($"vectorstore.v1.{name}", GeneratedCodec<TRequest>.Instance, GeneratedCodec<TResponse>.Instance);
}
