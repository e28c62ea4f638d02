using System.Buffers;
using System.IO.Compression;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Tests.Support;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class GrpcCompressionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(300_000)]
    public void CompressAndDecompress_GiveTheSameBytes(int length)
    {
        var random = new Random(length);
        byte[] message = new byte[length];
        random.NextBytes(message.AsSpan(0, length / 2));
        var compressed = new ArrayBufferWriter<byte>();
        GrpcCompression.Compress(Sequences.Split(message, 5000, random), compressed);
        using var decompressed = GrpcCompression.Decompress("gzip", Sequences.Split(compressed.WrittenMemory, 700, random), length);
        Assert.Equal(message, decompressed.WrittenMemory.ToArray());
    }

    [Fact]
    public void Decompress_OfAnEmptyGzipOfOthers_IsAnEmptyMessage()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write([1, 2, 3]);

        using var message = GrpcCompression.Decompress("gzip", Sequences.Whole(compressed.ToArray()), 3);
        Assert.Equal(3, message.WrittenBytes);
    }

    [Fact]
    public void Decompress_OfABomb_StopsEarlyAndAllocatesLittle()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (int chunk = 0; chunk < 256; chunk++)
                gzip.Write(zeros);
        }

        byte[] bomb = compressed.ToArray();
        Assert.True(bomb.Length < 300_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<RpcException>(() => GrpcCompression.Decompress("gzip", Sequences.Whole(bomb), 1 << 20));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), (error.Code, error.Reason));
        Assert.Contains("1048576", error.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 8 << 20);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void Decompress_JudgesTheLimitToTheByte(int messageBytesMax, bool refused)
    {
        var compressed = new ArrayBufferWriter<byte>();
        GrpcCompression.Compress(new ReadOnlySequence<byte>(new byte[100]), compressed);
        var sequence = new ReadOnlySequence<byte>(compressed.WrittenMemory);
        var error = Record.Exception(() => GrpcCompression.Decompress("gzip", sequence, messageBytesMax).Dispose());
        Assert.Equal(refused, error is RpcException { Code: StatusCode.ResourceExhausted });
        Assert.Equal(refused, error is not null);
    }

    [Fact]
    public void Decompress_OfEveryTruncationAndFlippedByte_IsATypedErrorOrAMessage()
    {
        byte[] message = new byte[500];
        new Random(4).NextBytes(message);
        var output = new ArrayBufferWriter<byte>();
        GrpcCompression.Compress(new ReadOnlySequence<byte>(message), output);
        byte[] compressed = output.WrittenSpan.ToArray();
        for (int index = 0; index < compressed.Length; index++)
        {
            var cut = Assert.Throws<RpcException>(() => GrpcCompression.Decompress("gzip", Sequences.Whole(compressed[..index]), 1000));
            Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_COMPRESSION"), (cut.Code, cut.Reason));

            byte[] flipped = (byte[])compressed.Clone();
            flipped[index] ^= 0x55;
            var error = Record.Exception(() => GrpcCompression.Decompress("gzip", Sequences.Whole(flipped), 1000).Dispose());
            Assert.True(error is null or RpcException { Code: StatusCode.InvalidArgument or StatusCode.ResourceExhausted }, $"byte {index}: {error}");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("identity")]
    public void Decompress_WhereTheCallNamesNoCompression_IsATypedError(string? encoding)
    {
        var error = Assert.Throws<RpcException>(() => GrpcCompression.Decompress(encoding, Sequences.Whole([1]), 10));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_COMPRESSION"), (error.Code, error.Reason));
    }

    [Fact]
    public void UnknownEncodings_AreUnimplemented()
    {
        var error = Assert.Throws<RpcException>(() => GrpcCompression.CheckSupported("snappy"));
        Assert.Equal((StatusCode.Unimplemented, "UNSUPPORTED_COMPRESSION"), (error.Code, error.Reason));
        Assert.False(GrpcCompression.IsSupported("GZIP"));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("gzip", true)]
    [InlineData("identity, deflate , gzip", true)]
    [InlineData("gzipped,xgzip", false)]
    public void Accepts_ReadsTheList(string? list, bool accepted)
    {
        Assert.Equal(accepted, GrpcCompression.Accepts(list, "gzip"));
        Assert.True(GrpcCompression.Accepts(list, "identity"));
    }
}
