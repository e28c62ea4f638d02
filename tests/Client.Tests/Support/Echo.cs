using Google.Protobuf.WellKnownTypes;
using VectorStore.Client.Rpc;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Tests.Support;

/// <summary>Calls with strings as messages.</summary>
internal static class Echo
{
    public const string Method = "test.Echo/Say";

    private static readonly GeneratedCodec<StringValue> s_codec = GeneratedCodec<StringValue>.Instance;

    public static async Task<string> SayAsync(this RpcChannel channel, string text, CallOptions options = default) =>
        (await channel.UnaryAsync(Method, s_codec, s_codec, new StringValue { Value = text }, options)).Value;

    public static RpcStream<StringValue, StringValue> Talk(this RpcChannel channel, CallOptions options = default) => channel.Streaming(Method, s_codec, s_codec, options);

    public static RpcStream<StringValue, StringValue> Listen(this RpcChannel channel, string text, CallOptions options = default) =>
        channel.ServerStreaming(Method, s_codec, s_codec, new StringValue { Value = text }, options);

    public static ValueTask WriteAsync(this RpcStream<StringValue, StringValue> stream, string text) => stream.WriteAsync(new StringValue { Value = text });

    /// <summary>Answers each message with itself.</summary>
    public static async Task AnswerAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        FrameServer.Begin(context);
        await context.Response.Body.FlushAsync();
        while (await FrameServer.ReadFrameAsync(context) is { } message)
            await FrameServer.WriteFrameAsync(context, message);

        FrameServer.End(context);
    }
}
