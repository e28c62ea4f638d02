using System.Buffers;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Tests.Support;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class GrpcFrameTests
{
    [Fact]
    public void WriteHeader_MatchesTheBytesOfTheSpecification()
    {
        var output = new ArrayBufferWriter<byte>();
        new GrpcFrame(GrpcFrameFlags.Compressed, 0x01020304).WriteHeader(output);
        Assert.Equal(new byte[] { 1, 1, 2, 3, 4 }, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void TryRead_OfSeveralMessagesInSegments_TakesOneAfterAnother()
    {
        var random = new Random(1);
        byte[] wire = [0, 0, 0, 0, 2, 7, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9];
        for (int round = 0; round < 200; round++)
        {
            var buffer = Sequences.Split(wire, 4, random);
            Assert.True(GrpcFrame.TryRead(ref buffer, 10, out var frame, out var message));
            Assert.Equal(new GrpcFrame(GrpcFrameFlags.None, 2), frame);
            Assert.Equal(new byte[] { 7, 8 }, message.ToArray());
            Assert.True(GrpcFrame.TryRead(ref buffer, 10, out frame, out message));
            Assert.True(frame.IsCompressed);
            Assert.True(message.IsEmpty);
            Assert.True(GrpcFrame.TryRead(ref buffer, 10, out _, out message));
            Assert.Equal(new byte[] { 9 }, message.ToArray());
            Assert.True(buffer.IsEmpty);
            Assert.False(GrpcFrame.TryRead(ref buffer, 10, out _, out _));
        }
    }

    [Fact]
    public void TryRead_OfEveryTruncation_WaitsAndLeavesTheBufferAlone()
    {
        byte[] wire = [0, 0, 0, 0, 3, 1, 2, 3];
        for (int length = 0; length < wire.Length; length++)
        {
            var buffer = Sequences.Whole(wire[..length]);
            Assert.False(GrpcFrame.TryRead(ref buffer, 3, out _, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(0x81)]
    [InlineData(0xFF)]
    public void TryReadHeader_WithReservedFlags_IsRefused(byte flags)
    {
        var error = Assert.Throws<RpcException>(() => GrpcFrame.TryReadHeader(Sequences.Whole([flags, 0, 0, 0, 0]), 10, out _));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_FRAME"), (error.Code, error.Reason));
    }

    [Fact]
    public void TryReadHeader_WhereTrailersMayOccur_TakesThemAndStillRefusesTheRest()
    {
        Assert.True(GrpcFrame.TryReadHeader(Sequences.Whole([0x80, 0, 0, 0, 0]), 10, out var frame, allowTrailers: true));
        Assert.True(frame.IsTrailers);
        Assert.Throws<RpcException>(() => GrpcFrame.TryReadHeader(Sequences.Whole([0x82, 0, 0, 0, 0]), 10, out _, allowTrailers: true));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 11 }, "11")]
    [InlineData(new byte[] { 0, 0x7F, 0xFF, 0xFF, 0xFF }, "2147483647")]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, "4294967295")]
    public void TryReadHeader_OfALongerMessageThanAllowed_SaysBothNumbersBeforeTheMessageArrives(byte[] header, string length)
    {
        var error = Assert.Throws<RpcException>(() => GrpcFrame.TryReadHeader(Sequences.Whole(header), 10, out _));
        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), (error.Code, error.Reason));
        Assert.Contains("10", error.Message, StringComparison.Ordinal);
        Assert.Contains(length, error.Message, StringComparison.Ordinal);
    }
}
