using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("101n", 2)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 99_999_999L * 36_000_000_000)]
    public void Parse_ReadsEveryUnit(string text, long ticks) => Assert.Equal(ticks, GrpcTimeout.Parse(text).Ticks);

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("100000000n")]
    [InlineData("999999999999999999999999S")]
    [InlineData("١S")]
    public void Parse_OfAMalformedTimeout_IsATypedError(string text)
    {
        Assert.False(GrpcTimeout.TryParse(text, out _));
        var error = Assert.Throws<RpcException>(() => GrpcTimeout.Parse(text));
        Assert.Equal((StatusCode.InvalidArgument, "MALFORMED_TIMEOUT"), (error.Code, error.Reason));
    }

    [Theory]
    [InlineData(-5, "1n")]
    [InlineData(0, "1n")]
    [InlineData(1, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_000, "100000u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Format_TakesTheFinestUnitThatFits(long ticks, string text) => Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void FormatAndParse_NeverShortenATimeout()
    {
        var random = new Random(3);
        for (int round = 0; round < 50_000; round++)
        {
            var timeout = TimeSpan.FromTicks(random.NextInt64(1, 1L << random.Next(1, 61)));
            var parsed = GrpcTimeout.Parse(GrpcTimeout.Format(timeout));
            Assert.True(parsed >= timeout);
            Assert.True(parsed.Ticks <= timeout.Ticks * 1.00001 + 1 || timeout > TimeSpan.FromDays(30));
        }
    }
}
