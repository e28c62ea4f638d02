namespace VectorStore.Server.Rpc;

/// <summary>A protocol that is known by its media types alone, with a new call for each exchange.</summary>
/// <param name="mediaTypes">In lower case, without parameters.</param>
/// <param name="rent">Makes a call.</param>
internal sealed class MediaTypeProtocol(string[] mediaTypes, Func<RpcCall> rent) : RpcProtocol
{
    public override bool Accepts(string contentType)
    {
        var mediaType = contentType.AsSpan();
        int parameters = mediaType.IndexOf(';');
        if (parameters >= 0)
            mediaType = mediaType[..parameters];

        mediaType = mediaType.Trim();
        foreach (string accepted in mediaTypes)
        {
            if (mediaType.Equals(accepted, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    public override RpcCall Rent() => rent();
}
