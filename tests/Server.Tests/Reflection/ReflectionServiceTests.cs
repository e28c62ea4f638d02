using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.ReflectionV1;
using VectorStore.Protocol.V1;
using VectorStore.Server.Rpc.Reflection;
using VectorStore.Server.Tests.Rpc;

namespace VectorStore.Server.Tests.Reflection;

public sealed class ReflectionServiceTests
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task ListServices_NamesAllAndItself(string version)
    {
        var answer = Assert.Single(await AskAsync(version, new ServerReflectionRequest { Host = "h", ListServices = "*" }));
        Assert.Equal("h", answer.ValidHost);
        Assert.Equal("*", answer.OriginalRequest.ListServices);
        Assert.Equal(
            ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "vectorstore.v1.PointService", "vectorstore.v1.SearchService"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Files_ComeWithTheirImportsTheAskedOneFirstAndEachImportOnce(string version)
    {
        var answers = await AskAsync(
            version,
            new ServerReflectionRequest { FileContainingSymbol = "vectorstore.v1.PointService.Upsert" },
            new ServerReflectionRequest { FileByFilename = "vectorstore/v1/search.proto" },
            new ServerReflectionRequest { FileByFilename = "vectorstore/v1/search.proto" });
        Assert.Equal(["vectorstore/v1/points.proto", "vectorstore/v1/common.proto", "google/protobuf/struct.proto"], Names(answers[0]));
        Assert.Equal(["vectorstore/v1/search.proto"], Names(answers[1]));
        Assert.Equal(["vectorstore/v1/search.proto"], Names(answers[2]));
    }

    [Fact]
    public async Task QuestionsWithoutAnAnswer_AreAnsweredWithAnErrorAndTheStreamGoesOn()
    {
        var answers = await AskAsync(
            "v1",
            new ServerReflectionRequest { FileByFilename = "nothing.proto" },
            new ServerReflectionRequest { FileContainingSymbol = new string('x', 10_000) },
            new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = "vectorstore.v1.Point", ExtensionNumber = 5 } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "vectorstore.v1.Nothing" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "vectorstore.v1.Point" },
            new ServerReflectionRequest(),
            new ServerReflectionRequest { ListServices = "" });
        Assert.All(answers.Take(4), answer => Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode));
        Assert.InRange(answers[1].ErrorResponse.ErrorMessage.Length, 1, 400);
        Assert.Equal("vectorstore.v1.Point", answers[4].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answers[4].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal((int)StatusCode.InvalidArgument, answers[5].ErrorResponse.ErrorCode);
        Assert.Equal(4, answers[6].ListServicesResponse.Service.Count);
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(string version, params ServerReflectionRequest[] questions)
    {
        await using var server = await ProbeServer.StartAsync(ReflectionService.Create([PointsReflection.Descriptor.Services[0], SearchReflection.Descriptor.Services[0]]));
        var answer = await server.CallAsync($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", Frames.Of(questions));
        Assert.Equal(StatusCode.Ok, answer.Status);
        Assert.Equal(questions.Length, answer.Frames.Count);
        return [.. answer.Frames.Select(frame => ServerReflectionResponse.Parser.ParseFrom(frame.Message))];
    }

    private static IEnumerable<string> Names(ServerReflectionResponse answer) =>
        answer.FileDescriptorResponse.FileDescriptorProto.Select(file => FileDescriptorProto.Parser.ParseFrom(file).Name);
}
