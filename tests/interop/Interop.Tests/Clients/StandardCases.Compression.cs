using VectorStore.Client.Rpc;
using VectorStore.Interop.Testing;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Interop.Tests.Clients;

internal static partial class StandardCases
{
    private static readonly BoolValue s_yes = new() { Value = true };
    private static readonly BoolValue s_no = new() { Value = false };

    private static async Task ClientCompressedUnaryAsync(RpcChannel channel)
    {
        var compressed = LargeRequest();
        compressed.ExpectCompressed = s_yes;
        var probe = await Assert.ThrowsAsync<RpcException>(() => UnaryCallAsync(channel, compressed));
        Assert.Equal(StatusCode.InvalidArgument, probe.Code);
        AssertZeros(314159, (await UnaryCallAsync(channel, compressed, s_bounded with { Compress = true })).Payload);

        var plain = LargeRequest();
        plain.ExpectCompressed = s_no;
        AssertZeros(314159, (await UnaryCallAsync(channel, plain)).Payload);
    }

    private static async Task ServerCompressedUnaryAsync(RpcChannel channel)
    {
        foreach (var wanted in (BoolValue[])[s_yes, s_no])
        {
            var options = s_bounded with { Response = new ResponseMetadata() };
            var request = LargeRequest();
            request.ResponseCompressed = wanted;
            AssertZeros(314159, (await UnaryCallAsync(channel, request, options)).Payload);
            Assert.Equal(wanted.Value, options.Response!.WasCompressed);
        }
    }

    private static async Task ClientCompressedStreamingAsync(RpcChannel channel)
    {
        await using var probe = Input(channel);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await probe.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = s_yes, Payload = Zeros(27182) });
            await probe.ResponseAsync();
        });
        Assert.Equal(StatusCode.InvalidArgument, refused.Code);

        await using var stream = Input(channel, s_bounded with { Compress = true });
        await stream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = s_yes, Payload = Zeros(27182) });
        await stream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = s_no, Payload = Zeros(45904) }, compress: false);
        Assert.Equal(73086, (await stream.ResponseAsync()).AggregatedPayloadSize);
    }

    private static async Task ServerCompressedStreamingAsync(RpcChannel channel)
    {
        (int Size, BoolValue Compressed)[] expected = [(31415, s_yes), (92653, s_no)];
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(expected.Select(response => new ResponseParameters { Size = response.Size, Compressed = response.Compressed }));
        var options = s_bounded with { Response = new ResponseMetadata() };
        await using var stream = Output(channel, request, options);
        foreach (var (size, compressed) in expected)
        {
            Assert.True(await stream.MoveNextAsync());
            AssertZeros(size, stream.Current.Payload);
            Assert.Equal(compressed.Value, options.Response!.WasCompressed);
        }

        Assert.False(await stream.MoveNextAsync());
    }
}
