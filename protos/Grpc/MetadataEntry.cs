namespace VectorStore.Protocol.Grpc;

/// <summary>One entry of <see cref="Metadata"/>.</summary>
/// <param name="Key">Lower case.</param>
/// <param name="Text">The text; null where the key ends in <c>-bin</c>.</param>
/// <param name="Bytes">The bytes; empty where there is a text.</param>
public readonly record struct MetadataEntry(string Key, string? Text, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The value as an HTTP header carries it: the text, or the bytes as base64 without padding.</summary>
    public string HeaderValue => Text ?? MetadataBase64.Encode(Bytes.Span);
}
