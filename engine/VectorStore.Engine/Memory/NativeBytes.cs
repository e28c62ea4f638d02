namespace VectorStore.Engine.Memory;

/// <summary>Views of memory that somebody else handed us as an address.</summary>
internal static unsafe class NativeBytes
{
    /// <summary>The <paramref name="length"/> bytes at <paramref name="address"/>; valid as long as its owner keeps them there.</summary>
    public static Span<byte> At(nint address, int length)
    {
        // SAFETY: the caller got the address together with the length, and from an owner who keeps the memory until the call returns.
        return new Span<byte>((void*)address, length);
    }
}
