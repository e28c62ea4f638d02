using VectorStore.Engine;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;

namespace VectorStore.Server.Services;

/// <summary>vectorstore.v1.CollectionService.</summary>
internal sealed class CollectionService(DatabaseHolder holder) : IRpcService
{
    public RpcServiceBinding Bind() => new RpcServiceBinding(CollectionsReflection.Descriptor.Services.Single()) { GeneratedRequestBytesMax = ServiceLimits.GeneratedRequestBytesMax }
        .Unary("Create", EngineCalls.Unary<CreateCollectionRequest, CreateCollectionResponse>(CreateAsync))
        .Unary("Get", EngineCalls.Unary<GetCollectionRequest, GetCollectionResponse>((request, _) => ValueTask.FromResult(Get(request))))
        .Unary("List", EngineCalls.Unary<ListCollectionsRequest, ListCollectionsResponse>((_, _) => ValueTask.FromResult(List())))
        .Unary("Update", EngineCalls.Unary<UpdateCollectionRequest, UpdateCollectionResponse>(UpdateAsync))
        .Unary("Delete", EngineCalls.Unary<DeleteCollectionRequest, DeleteCollectionResponse>(DeleteAsync));

    /// <summary>The state of a collection, of a damaged one too.</summary>
    public static Engine.CollectionInfo Info(VectorDatabase database, string name)
    {
        // A damaged collection is on the list only; for one that is not there, the engine says so.
        var info = database.ListCollections().FirstOrDefault(info => info.Name == name);
        return info ?? database.GetCollection(name).GetInfo();
    }

    private async ValueTask<CreateCollectionResponse> CreateAsync(CreateCollectionRequest request, RpcContext context)
    {
        var collection = await holder.Database.CreateCollectionAsync(request.Collection, CollectionConfigs.ToEngine(request.Config), context.Cancellation);
        return new CreateCollectionResponse { Collection = CollectionInfos.FromEngine(collection.GetInfo()) };
    }

    private GetCollectionResponse Get(GetCollectionRequest request) =>
        new() { Collection = CollectionInfos.FromEngine(Info(holder.Database, request.Collection)) };

    private ListCollectionsResponse List()
    {
        var response = new ListCollectionsResponse();
        response.Collections.AddRange(holder.Database.ListCollections().Select(CollectionInfos.FromEngine));
        return response;
    }

    private async ValueTask<UpdateCollectionResponse> UpdateAsync(UpdateCollectionRequest request, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        await collection.UpdateConfigAsync(ConfigChanges.ToEngine(request), context.Cancellation);
        return new UpdateCollectionResponse { Collection = CollectionInfos.FromEngine(collection.GetInfo()) };
    }

    private async ValueTask<DeleteCollectionResponse> DeleteAsync(DeleteCollectionRequest request, RpcContext context)
    {
        await holder.Database.DeleteCollectionAsync(request.Collection, context.Cancellation);
        return new DeleteCollectionResponse();
    }
}
