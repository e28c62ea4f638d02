using VectorStore.Protocol.Grpc;
using VectorStore.Server.Rpc;

namespace VectorStore.Interop.Host;

/// <summary>Sends chosen request headers back.</summary>
internal static class MetadataEcho
{
    /// <summary>Copies headers whose keys begin so to the response's headers, and those that begin otherwise to its trailers.</summary>
    public static void Copy(RpcContext context, string headerPrefix, string trailerPrefix)
    {
        foreach (var entry in context.RequestHeaders)
        {
            if (entry.Key.StartsWith(headerPrefix, StringComparison.Ordinal))
                Add(context.ResponseHeaders, entry);
            else if (entry.Key.StartsWith(trailerPrefix, StringComparison.Ordinal))
                Add(context.ResponseTrailers, entry);
        }
    }

    private static void Add(Metadata metadata, MetadataEntry entry)
    {
        if (entry.Text is { } text)
            metadata.Add(entry.Key, text);
        else
            metadata.Add(entry.Key, entry.Bytes);
    }
}
