using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using VectorStore.Server.Rpc;
using VectorStore.Server.Transfers;

namespace VectorStore.Server.Hosting;

/// <summary>What Kestrel calls for each exchange: probes, calls and transfers, with nothing in between. Contexts are used again with the streams they belong to.</summary>
internal sealed class ServerApplication(RpcDispatcher dispatcher, SnapshotTransfers transfers, Probes probes) : IHttpApplication<DefaultHttpContext>
{
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
            return new DefaultHttpContext(contextFeatures);

        var context = container.HostContext ??= new DefaultHttpContext();
        context.Initialize(contextFeatures);
        return context;
    }

    public Task ProcessRequestAsync(DefaultHttpContext context) =>
        Probes.IsProbe(context.Request.Path) ? probes.AnswerAsync(context)
        : SnapshotTransfers.IsTransfer(context.Request.Path) ? transfers.AnswerAsync(context)
        : dispatcher.InvokeAsync(context);

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();
}
