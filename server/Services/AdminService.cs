using VectorStore.Engine;
using VectorStore.Protocol.V1;
using VectorStore.Server.Mapping;
using VectorStore.Server.Rpc;
using VectorStore.Server.Rpc.Binding;
using ScrubStatus = VectorStore.Protocol.V1.ScrubStatus;

namespace VectorStore.Server.Services;

/// <summary>vectorstore.v1.AdminService.</summary>
internal sealed class AdminService(DatabaseHolder holder, string version, TimeProvider time) : IRpcService
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(250);

    public RpcServiceBinding Bind() => new RpcServiceBinding(AdminReflection.Descriptor.Services.Single()) { GeneratedRequestBytesMax = ServiceLimits.GeneratedRequestBytesMax }
        .Unary("Status", EngineCalls.Unary<StatusRequest, StatusResponse>((_, _) => ValueTask.FromResult(Status())))
        .Unary("Verify", EngineCalls.Unary<VerifyRequest, VerifyResponse>(VerifyAsync))
        .ServerStreaming("VerifyStream", EngineCalls.ServerStreaming<VerifyStreamRequest, VerifyStreamResponse>(VerifyStreamAsync))
        .Unary("Seal", EngineCalls.Unary<SealRequest, SealResponse>(SealAsync))
        .Unary("Optimize", EngineCalls.Unary<OptimizeRequest, OptimizeResponse>(OptimizeAsync))
        .Unary("GetOptimizerStatus", EngineCalls.Unary<GetOptimizerStatusRequest, GetOptimizerStatusResponse>((request, _) => ValueTask.FromResult(GetOptimizerStatus(request))))
        .Unary("PauseOptimizer", EngineCalls.Unary<PauseOptimizerRequest, PauseOptimizerResponse>((request, _) => ValueTask.FromResult(PauseOptimizer(request))))
        .Unary("ResumeOptimizer", EngineCalls.Unary<ResumeOptimizerRequest, ResumeOptimizerResponse>((request, _) => ValueTask.FromResult(ResumeOptimizer(request))))
        .Unary("GetScrubStatus", EngineCalls.Unary<GetScrubStatusRequest, GetScrubStatusResponse>((_, _) => ValueTask.FromResult(new GetScrubStatusResponse { Scrub = ScrubNow() })))
        .ServerStreaming("RunScrub", EngineCalls.ServerStreaming<RunScrubRequest, RunScrubResponse>(RunScrubAsync))
        .Unary("PauseScrub", EngineCalls.Unary<PauseScrubRequest, PauseScrubResponse>((_, _) => ValueTask.FromResult(PauseScrub())))
        .Unary("ResumeScrub", EngineCalls.Unary<ResumeScrubRequest, ResumeScrubResponse>((_, _) => ValueTask.FromResult(ResumeScrub())))
        .ServerStreaming("WaitForIndex", EngineCalls.ServerStreaming<WaitForIndexRequest, WaitForIndexResponse>(WaitForIndexAsync));

    private StatusResponse Status()
    {
        var response = new StatusResponse { Version = version };
        response.Collections.AddRange(holder.Database.ListCollections().Select(CollectionInfos.FromEngine));
        response.Scrub = ScrubNow();
        response.UptimeSeconds = holder.Uptime.TotalSeconds;
        return response;
    }

    private async ValueTask<VerifyResponse> VerifyAsync(VerifyRequest request, RpcContext context) =>
        VerifyReports.FromEngine(await holder.Database.VerifyCollectionAsync(request.Collection, progress: null, context.Cancellation));

    private async ValueTask VerifyStreamAsync(VerifyStreamRequest request, RpcStreamWriter<VerifyStreamResponse> responses, RpcContext context)
    {
        var progress = new Latest<VerifyProgress>();
        var verifying = holder.Database.VerifyCollectionAsync(request.Collection, progress, context.Cancellation);
        VerifyProgress? told = null;
        while (await Task.WhenAny(verifying, Task.Delay(s_progressInterval, time, context.Cancellation)) != verifying && !context.Cancellation.IsCancellationRequested)
        {
            if (progress.Value is { } now && now != told)
                await responses.WriteAsync(VerifyReports.FromEngine(told = now));
        }

        await responses.WriteAsync(VerifyReports.ToLast(await verifying));
    }

    private async ValueTask<SealResponse> SealAsync(SealRequest request, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        await collection.SealAsync(context.Cancellation);
        return new SealResponse { Collection = CollectionInfos.FromEngine(collection.GetInfo()) };
    }

    private async ValueTask<OptimizeResponse> OptimizeAsync(OptimizeRequest request, RpcContext context)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        await collection.OptimizeAsync(context.Cancellation);
        return new OptimizeResponse { Collection = CollectionInfos.FromEngine(collection.GetInfo()) };
    }

    private GetOptimizerStatusResponse GetOptimizerStatus(GetOptimizerStatusRequest request) =>
        new() { Optimizer = OptimizerStatuses.FromEngine(holder.Database.GetCollection(request.Collection).GetOptimizerStatus()) };

    private PauseOptimizerResponse PauseOptimizer(PauseOptimizerRequest request)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        collection.PauseOptimizer();
        return new PauseOptimizerResponse { Optimizer = OptimizerStatuses.FromEngine(collection.GetOptimizerStatus()) };
    }

    private ResumeOptimizerResponse ResumeOptimizer(ResumeOptimizerRequest request)
    {
        var collection = holder.Database.GetCollection(request.Collection);
        collection.ResumeOptimizer();
        return new ResumeOptimizerResponse { Optimizer = OptimizerStatuses.FromEngine(collection.GetOptimizerStatus()) };
    }

    private PauseScrubResponse PauseScrub()
    {
        holder.Database.PauseScrub();
        return new PauseScrubResponse { Scrub = ScrubNow() };
    }

    private ResumeScrubResponse ResumeScrub()
    {
        holder.Database.ResumeScrub();
        return new ResumeScrubResponse { Scrub = ScrubNow() };
    }

    private async ValueTask RunScrubAsync(RunScrubRequest request, RpcStreamWriter<RunScrubResponse> responses, RpcContext context)
    {
        var scrubbing = holder.Database.RunScrubAsync(context.Cancellation);
        while (await Task.WhenAny(scrubbing, Task.Delay(s_progressInterval, time, context.Cancellation)) != scrubbing && !context.Cancellation.IsCancellationRequested)
            await responses.WriteAsync(new RunScrubResponse { Scrub = ScrubNow() });

        var report = await scrubbing;
        await responses.WriteAsync(new RunScrubResponse { Scrub = ScrubNow(), Report = ScrubStatuses.FromEngine(report) });
    }

    private ScrubStatus ScrubNow() => ScrubStatuses.FromEngine(holder.Database.GetScrubStatus());

    private async ValueTask WaitForIndexAsync(WaitForIndexRequest request, RpcStreamWriter<WaitForIndexResponse> responses, RpcContext context)
    {
        var progress = new LatestCount();
        var collection = holder.Database.GetCollection(request.Collection);
        var indexed = collection.WaitForIndexAsync(progress, context.Cancellation);
        long told = -1;
        while (!indexed.IsCompleted)
        {
            long waiting = progress.Value;
            if (waiting > 0 && waiting != told)
            {
                told = waiting;
                await responses.WriteAsync(new WaitForIndexResponse { PointsWaiting = waiting });
            }

            await Task.WhenAny(indexed, Task.Delay(s_progressInterval, time, context.Cancellation));
        }

        await indexed;
        await responses.WriteAsync(new WaitForIndexResponse { PointsWaiting = 0 });
    }

    /// <summary>Keeps the last that was told.</summary>
    private sealed class Latest<T> : IProgress<T>
        where T : class
    {
        private T? _value;

        public T? Value => Volatile.Read(ref _value);

        public void Report(T value) => Volatile.Write(ref _value, value);
    }

    /// <summary>Keeps the last of the counts.</summary>
    private sealed class LatestCount : IProgress<long>
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Report(long value) => Interlocked.Exchange(ref _value, value);
    }
}
