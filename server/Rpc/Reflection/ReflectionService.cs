using Google.Protobuf.Reflection;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.ReflectionV1;
using VectorStore.Server.Rpc.Binding;
using Alpha = VectorStore.Protocol.ReflectionV1Alpha;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace VectorStore.Server.Rpc.Reflection;

/// <summary>The reflection service, in one of the two versions that clients ask for. They differ in the package's name only.</summary>
/// <remarks>A question without an answer is answered with an ErrorResponse; the stream goes on.</remarks>
internal sealed class ReflectionService : IRpcService
{
    private const string MethodName = "ServerReflectionInfo";

    // What a question quotes in an error is cut after so many characters.
    private const int QuotedLengthMax = 256;

    private readonly ServiceDescriptor _descriptor;
    private readonly Lazy<ReflectionIndex> _index;

    private ReflectionService(ServiceDescriptor descriptor, Lazy<ReflectionIndex> index)
    {
        _descriptor = descriptor;
        _index = index;
    }

    /// <summary>Both versions. They list themselves beside the services given.</summary>
    /// <param name="services">Enumerated at the first question, once.</param>
    public static IReadOnlyList<IRpcService> Create(IEnumerable<ServiceDescriptor> services)
    {
        var stable = ReflectionReflection.Descriptor.Services[0];
        var alpha = Alpha.ReflectionReflection.Descriptor.Services[0];
        var index = new Lazy<ReflectionIndex>(() => new ReflectionIndex(services.Concat([stable, alpha])));
        return [new ReflectionService(stable, index), new ReflectionService(alpha, index)];
    }

    public RpcServiceBinding Bind()
    {
        var method = _descriptor.FindMethodByName(MethodName);
        return new RpcServiceBinding(_descriptor).Duplex(
            MethodName,
            new ReflectionCodec<ServerReflectionRequest>(method.InputType),
            new ReflectionCodec<ServerReflectionResponse>(method.OutputType),
            AnswerAllAsync);
    }

    private async ValueTask AnswerAllAsync(RpcStreamReader<ServerReflectionRequest> requests, RpcStreamWriter<ServerReflectionResponse> responses, RpcContext context)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var request in requests)
            await responses.WriteAsync(Answer(request, sent));
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request, HashSet<string> sent)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        var index = _index.Value;
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse { Service = { index.Services.Select(name => new ServiceResponse { Name = name }) } };
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                AnswerWithFile(response, index.FindFile(request.FileByFilename), sent, "file", request.FileByFilename);
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                AnswerWithFile(response, index.FindSymbol(request.FileContainingSymbol), sent, "symbol", request.FileContainingSymbol);
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                AnswerWithFile(
                    response, index.FindExtension(extension.ContainingType, extension.ExtensionNumber), sent,
                    $"extension {extension.ExtensionNumber} of", extension.ContainingType);
                break;

            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                AnswerWithNumbers(response, index.FindExtensionNumbers(request.AllExtensionNumbersOfType), request.AllExtensionNumbersOfType);
                break;

            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "the request asks nothing: set one of file_by_filename, file_containing_symbol, file_containing_extension, all_extension_numbers_of_type, list_services");
                break;
        }

        return response;
    }

    private static void AnswerWithFile(ServerReflectionResponse response, FileDescriptor? file, HashSet<string> sent, string kind, string name)
    {
        if (file is null)
        {
            response.ErrorResponse = NotFound(kind, name);
            return;
        }

        // Every file once per stream, except that an answer always has the file that was asked for: a client may ask again.
        sent.Remove(file.Name);
        var files = ReflectionIndex.Collect(file, sent);

        // Clients take the first one for the file they asked for.
        response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { files.Reverse() } };
    }

    private static void AnswerWithNumbers(ServerReflectionResponse response, IReadOnlyCollection<int>? numbers, string type)
    {
        if (numbers is null)
            response.ErrorResponse = NotFound("message", type);
        else
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } };
    }

    private static ErrorResponse NotFound(string kind, string name) =>
        Error(StatusCode.NotFound, $"there is no {kind} '{(name.Length <= QuotedLengthMax ? name : string.Concat(name.AsSpan(0, QuotedLengthMax), "…"))}'");

    private static ErrorResponse Error(StatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}
