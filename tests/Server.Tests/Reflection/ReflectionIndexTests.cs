using Google.Protobuf.Reflection;
using VectorStore.Protocol.V1;
using VectorStore.Server.Rpc.Reflection;

namespace VectorStore.Server.Tests.Reflection;

public sealed class ReflectionIndexTests
{
    private readonly ReflectionIndex _index = new([SearchReflection.Descriptor.Services[0], PointsReflection.Descriptor.Services[0]]);

    [Theory]
    [InlineData("vectorstore.v1.PointService", "vectorstore/v1/points.proto")]
    [InlineData(".vectorstore.v1.PointService", "vectorstore/v1/points.proto")]
    [InlineData("vectorstore.v1.PointService.UpsertStream", "vectorstore/v1/points.proto")]
    [InlineData("vectorstore.v1.SearchRequest", "vectorstore/v1/search.proto")]
    [InlineData("vectorstore.v1.SearchRequest.score_threshold", "vectorstore/v1/search.proto")]
    [InlineData("vectorstore.v1.Point.point_id", "vectorstore/v1/common.proto")]
    [InlineData("vectorstore.v1.Point.VectorsEntry", "vectorstore/v1/common.proto")]
    [InlineData("vectorstore.v1.PayloadForm", "vectorstore/v1/common.proto")]
    [InlineData("vectorstore.v1.PAYLOAD_FORM_JSON", "vectorstore/v1/common.proto")]
    [InlineData("vectorstore.v1.PayloadForm.PAYLOAD_FORM_JSON", "vectorstore/v1/common.proto")]
    [InlineData("google.protobuf.Value", "google/protobuf/struct.proto")]
    [InlineData("google.protobuf.NullValue", "google/protobuf/struct.proto")]
    public void FindSymbol_KnowsEverythingThatIsDeclared(string symbol, string file)
    {
        Assert.Equal(file, _index.FindSymbol(symbol)?.Name);
    }

    [Theory]
    [InlineData("vectorstore.v1.Nothing")]
    [InlineData("vectorstore.v1")]
    [InlineData("vectorstore.v1.CollectionService")]
    [InlineData("")]
    [InlineData(".")]
    public void FindSymbol_OfWhatIsNotDeclared_FindsNothing(string symbol)
    {
        Assert.Null(_index.FindSymbol(symbol));
    }

    [Fact]
    public void Collect_GivesAFileAndItsImportsOnceInAnOrderThatBuilds()
    {
        var sent = new HashSet<string>();
        var first = ReflectionIndex.Collect(_index.FindFile("vectorstore/v1/points.proto")!, sent);
        Assert.Equal(
            ["google/protobuf/struct.proto", "vectorstore/v1/common.proto", "vectorstore/v1/points.proto"],
            FileDescriptor.BuildFromByteStrings(first).Select(file => file.Name));

        var second = ReflectionIndex.Collect(_index.FindFile("vectorstore/v1/search.proto")!, sent);
        Assert.Single(second);
        Assert.Equal("vectorstore/v1/search.proto", FileDescriptorProto.Parser.ParseFrom(second[0]).Name);
    }

    [Fact]
    public void FindExtensionNumbers_OfAMessageWithoutExtensions_IsEmptyAndOfAnUnknownOneNull()
    {
        Assert.Empty(_index.FindExtensionNumbers("vectorstore.v1.Point")!);
        Assert.Null(_index.FindExtensionNumbers("vectorstore.v1.Nothing"));
        Assert.Null(_index.FindExtension("vectorstore.v1.Point", 1));
    }
}
