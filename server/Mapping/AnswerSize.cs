using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Mapping;

/// <summary>Counts the bytes of an answer while it is put together, and refuses one that is larger than a message may be.</summary>
/// <param name="bytesMax">The most bytes.</param>
internal struct AnswerSize(long bytesMax)
{
    private long _bytes;

    /// <summary>Counts a part.</summary>
    /// <exception cref="RpcException">The answer is too large.</exception>
    public void Add(long bytes)
    {
        _bytes += bytes;
        Check(_bytes, bytesMax);
    }

    /// <summary>Refuses an answer that is surely, or may be, so large, before it is made.</summary>
    public static void Check(long bytes, long bytesMax)
    {
        if (bytes > bytesMax)
        {
            throw new RpcException(
                StatusCode.ResourceExhausted,
                $"the answer would have at least {bytes} bytes, more than the {bytesMax} of one message; ask for fewer points, without vectors, or scroll",
                "ANSWER_TOO_LARGE");
        }
    }
}
