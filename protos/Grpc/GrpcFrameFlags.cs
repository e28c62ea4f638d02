namespace VectorStore.Protocol.Grpc;

/// <summary>The first byte of a message on the wire. All other bits are reserved, and refused.</summary>
[Flags]
public enum GrpcFrameFlags : byte
{
    /// <summary>A message as it is.</summary>
    None = 0,

    /// <summary>A message compressed as the call's <c>grpc-encoding</c> says.</summary>
    Compressed = 1,

    /// <summary>The trailers that end a gRPC-Web response, as text.</summary>
    Trailers = 0x80,
}
