using System.Buffers;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Tests.Support;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class GeneratedCodecTests
{
    private static readonly GeneratedCodec<CountRequest> s_codec = GeneratedCodec<CountRequest>.Instance;

    [Fact]
    public void WriteAndRead_GiveTheSameMessage()
    {
        var request = new CountRequest { Collection = "c", Filter = new Filter { Must = { new Condition { Key = "k" } } } };
        var output = new ArrayBufferWriter<byte>();
        s_codec.Write(request, output);
        Assert.Equal(s_codec.Measure(request), output.WrittenCount);
        Assert.Equal(request, s_codec.Read(Sequences.Split(output.WrittenMemory, 3, new Random(1))));
    }

    [Fact]
    public void Read_OfMessagesTooDeepInsideOneAnother_IsMalformed()
    {
        byte[] message = [];
        for (int depth = 0; depth < 1_000; depth++)
            message = Inside(4, message);

        AssertMalformed(Inside(2, Inside(1, message)));
    }

    private static byte[] Inside(int field, byte[] message)
    {
        var stream = new MemoryStream();
        var output = new CodedOutputStream(stream);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
        output.Flush();
        return stream.ToArray();
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x0A, 5, 1 })]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(new byte[] { 0x0C })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void Read_OfBytesThatAreNoSuchMessage_IsATypedError(byte[] message) => AssertMalformed(message);

    /// <summary>A length near 2^31 overflows in the generated parser, which then throws what nobody expects of it.</summary>
    [Fact]
    public void Read_OfLengthsThatOverflow_IsATypedError()
    {
        byte[] message = [0x0A, 4, (byte)'f', (byte)'u', (byte)'z', (byte)'z', 0x12, 0x0C, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        var error = Assert.Throws<RpcException>(() => GeneratedCodec<CreateCollectionRequest>.Instance.Read(Sequences.Whole(message)));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_MESSAGE"), (error.Code, error.Reason));
    }

    private static void AssertMalformed(byte[] message)
    {
        var error = Assert.Throws<RpcException>(() => s_codec.Read(Sequences.Whole(message)));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_MESSAGE"), (error.Code, error.Reason));
    }
}
