namespace VectorStore.Protocol.Grpc;

/// <summary>Bytes of metadata as text: base64, written without padding, read with or without.</summary>
internal static class MetadataBase64
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly System.Buffers.SearchValues<char> s_alphabet = System.Buffers.SearchValues.Create(Alphabet);

    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    public static byte[] Decode(string key, ReadOnlySpan<char> text)
    {
        text = text.Trim(' ');
        var digits = text.TrimEnd('=');
        int padding = text.Length - digits.Length;
        int paddingDue = (4 - (digits.Length & 3)) & 3;
        if (paddingDue == 3 || (padding != 0 && padding != paddingDue) || digits.ContainsAnyExcept(s_alphabet))
            throw new RpcException(StatusCode.InvalidArgument, $"metadata '{ErrorDetails.Shorten(key, bytesMax: 128)}': the value is not base64", "MALFORMED_METADATA");

        Span<char> padded = text.Length <= 1024 ? stackalloc char[digits.Length + paddingDue] : new char[digits.Length + paddingDue];
        digits.CopyTo(padded);
        padded[digits.Length..].Fill('=');
        byte[] bytes = new byte[padded.Length / 4 * 3 - paddingDue];
        Convert.TryFromBase64Chars(padded, bytes, out _);
        return bytes;
    }
}
