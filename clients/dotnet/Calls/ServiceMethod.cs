using VectorStore.Protocol.Grpc;

namespace VectorStore.Client.Calls;

/// <summary>A method of a service, and how its messages are written and read.</summary>
/// <param name="Name"><c>package.Service/Method</c>.</param>
/// <param name="Requests">Writes requests.</param>
/// <param name="Responses">Reads responses.</param>
internal sealed record ServiceMethod<TRequest, TResponse>(string Name, IMessageCodec<TRequest> Requests, IMessageCodec<TResponse> Responses);
