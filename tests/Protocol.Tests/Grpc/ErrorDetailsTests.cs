using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Errors;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class ErrorDetailsTests
{
    [Fact]
    public void WriteAndRead_KeepReasonFieldAndFacts()
    {
        var sent = new RpcException(StatusCode.InvalidArgument, "expected dimension 768, got 512", "DIMENSION_MISMATCH", "points[3].vector")
        {
            Facts = new Dictionary<string, string> { ["expected"] = "768", ["got"] = "512" },
        };
        var received = ErrorDetails.Read(StatusCode.InvalidArgument, sent.Message, ErrorDetails.Write(sent));
        Assert.Equal((sent.Code, sent.Message, sent.Reason, sent.Field), (received.Code, received.Message, received.Reason, received.Field));
        Assert.Equal(sent.Facts, received.Facts);
    }

    [Fact]
    public void ToStatus_HasTheLayoutThatOthersRead()
    {
        var status = ErrorDetails.ToStatus(new RpcException(StatusCode.NotFound, "no", "COLLECTION_NOT_FOUND", "collection"));
        Assert.Equal((5, "no"), (status.Code, status.Message));
        Assert.Equal(["type.googleapis.com/google.rpc.ErrorInfo", "type.googleapis.com/google.rpc.BadRequest"], status.Details.Select(detail => detail.TypeUrl));
        Assert.Equal("vectorstore", ErrorInfo.Parser.ParseFrom(status.Details[0].Value).Domain);
        Assert.Equal("no", BadRequest.Parser.ParseFrom(status.Details[1].Value).FieldViolations.Single().Description);
        Assert.Equal("google.rpc.ErrorInfo", ErrorDetails.TypeName(status.Details[0]));
        Assert.Empty(ErrorDetails.ToStatus(new RpcException(StatusCode.NotFound, "no")).Details);
    }

    [Fact]
    public void Read_OfForeignOrMalformedDetails_StillSaysWhatHappened()
    {
        var status = new Status
        {
            Code = 3,
            Message = "theirs",
            Details =
            {
                new Any { TypeUrl = "type.googleapis.com/google.rpc.RetryInfo", Value = ByteString.CopyFrom(1, 2, 3) },
                new Any { TypeUrl = "type.googleapis.com/google.rpc.ErrorInfo", Value = ByteString.CopyFrom(0xFF) },
                new Any { TypeUrl = "example.com/google.rpc.ErrorInfo", Value = new ErrorInfo { Reason = "THEIRS" }.ToByteString() },
                new Any(),
            },
        };
        var error = ErrorDetails.Read(StatusCode.InvalidArgument, "", status.ToByteArray());
        Assert.Equal(("theirs", "THEIRS"), (error.Message, error.Reason));

        Assert.Null(ErrorDetails.Read(StatusCode.NotFound, "m", status.ToByteArray()).Reason);
        Assert.Equal("m", ErrorDetails.Read(StatusCode.NotFound, "m", new byte[] { 0xFF, 0xFF, 1 }).Message);
        Assert.Empty(ErrorDetails.Read(StatusCode.NotFound, "m").Facts);
    }

    [Fact]
    public void Write_OfHugeTexts_StaysSmall()
    {
        string huge = string.Concat(Enumerable.Repeat("ü\uD800😀", 100_000));
        var error = new RpcException(StatusCode.InvalidArgument, huge, "REASON", huge)
        {
            Facts = Enumerable.Range(0, 1000).ToDictionary(number => $"{number}{huge}", _ => huge),
        };
        Assert.InRange(ErrorDetails.Write(error).Length, 1, 8000);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(ErrorDetails.Shorten(huge)), 1000, ErrorDetails.MessageBytesMax);
    }

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "lo…")]
    [InlineData("üüü", 6, "üüü")]
    [InlineData("üüüü", 6, "ü…")]
    public void Shorten_CutsBetweenCharacters(string text, int bytesMax, string expected) => Assert.Equal(expected, ErrorDetails.Shorten(text, bytesMax));

    [Fact]
    public void Shorten_OfALoneSurrogate_ReplacesIt() => Assert.Equal("a\uFFFD", ErrorDetails.Shorten("a\uD800", 20));

    [Fact]
    public void StatusCodes_HaveNamesBothWays()
    {
        foreach (var code in System.Enum.GetValues<StatusCode>())
        {
            Assert.Equal(code, StatusCodes.FromName(StatusCodes.Name(code)));
            Assert.Equal(code, StatusCodes.FromName(StatusCodes.ConnectName(code)));
            Assert.Equal(code, StatusCodes.FromHeader(((int)code).ToString()));
        }

        Assert.Equal("INVALID_ARGUMENT", StatusCodes.Name(StatusCode.InvalidArgument));
        Assert.Equal("canceled", StatusCodes.ConnectName(StatusCode.Cancelled));
        Assert.Equal("CANCELLED", StatusCodes.Name(StatusCode.Cancelled));
        Assert.Null(StatusCodes.FromName("nothing"));
        foreach (string? header in new[] { null, "", "17", "-1", "x", "999999999999", "1x", " 1" })
            Assert.Equal(StatusCode.Unknown, StatusCodes.FromHeader(header));
    }
}
