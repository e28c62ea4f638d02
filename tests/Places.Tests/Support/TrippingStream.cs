namespace VectorStore.Places.Tests.Support;

/// <summary>Bytes that end with an error of their own.</summary>
internal sealed class TrippingStream(byte[] bytes, Action trip) : MemoryStream(bytes, writable: false)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await base.ReadAsync(buffer, cancellationToken);
        if (read == 0)
            trip();

        return read;
    }
}
