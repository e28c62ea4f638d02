namespace VectorStore.Server.Rpc.Health;

/// <summary>Whether a service answers. The values are those of <c>grpc.health.v1</c>.</summary>
internal enum ServiceHealth
{
    Serving = 1,
    NotServing = 2,
}
