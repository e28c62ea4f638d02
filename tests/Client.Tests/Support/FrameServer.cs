using System.Buffers;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Tests.Support;

/// <summary>A server of HTTP/2 that answers as the test says, right or wrong: what no decent server would send.</summary>
internal sealed class FrameServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FrameServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<FrameServer> StartAsync(Func<HttpContext, Task> answer, HttpProtocols protocols = HttpProtocols.Http2, int? streamsMax = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = streamsMax ?? 100;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var application = builder.Build();
        application.Run(context => answer(context));
        await application.StartAsync();
        return new FrameServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
    }

    /// <summary>Frames of a request until its end; null there.</summary>
    public static async Task<byte[]?> ReadFrameAsync(HttpContext context)
    {
        while (true)
        {
            var result = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            var buffer = result.Buffer;
            if (GrpcFrame.TryRead(ref buffer, int.MaxValue, out var frame, out var message))
            {
                byte[] bytes = message.ToArray();
                if (frame.IsCompressed)
                {
                    using var plain = GrpcCompression.Decompress(context.Request.Headers["grpc-encoding"], message, int.MaxValue / 2);
                    bytes = plain.WrittenMemory.ToArray();
                }

                context.Request.BodyReader.AdvanceTo(buffer.Start);
                return bytes;
            }

            context.Request.BodyReader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    public static async Task<T> ReadAsync<T>(HttpContext context)
        where T : IMessage<T>, new() =>
        new MessageParser<T>(() => new T()).ParseFrom(await ReadFrameAsync(context) ?? throw new InvalidOperationException("no request"));

    public static void Begin(HttpContext context) => context.Response.ContentType = "application/grpc";

    public static async Task WriteFrameAsync(HttpContext context, byte[] message, byte flags = 0)
    {
        byte[] frame = new byte[5 + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        frame[0] = flags;
        message.CopyTo(frame, 5);
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public static Task WriteAsync(HttpContext context, IMessage message) => WriteFrameAsync(context, message.ToByteArray());

    public static void End(HttpContext context, string status = "0", string? message = null)
    {
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers;
        trailers["grpc-status"] = status;
        if (message is not null)
            trailers["grpc-message"] = message;
    }

    /// <summary>Headers with a status and nothing else.</summary>
    public static void Refuse(HttpContext context, string status, string message)
    {
        Begin(context);
        context.Response.Headers["grpc-status"] = status;
        context.Response.Headers["grpc-message"] = message;
    }
}
