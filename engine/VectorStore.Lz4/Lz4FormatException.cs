namespace VectorStore.Lz4;

/// <summary>Bytes that are no LZ4 frame, a damaged one, or one of a kind that is not read here.</summary>
/// <param name="offsetBytes">Where, from the first byte of the frame on.</param>
/// <param name="what">What is wrong, without the place.</param>
internal sealed class Lz4FormatException(long offsetBytes, string what) : Exception($"the LZ4 frame is damaged at byte {offsetBytes}: {what}")
{
    /// <summary>Where, from the first byte of the frame on.</summary>
    public long OffsetBytes { get; } = offsetBytes;

    /// <summary>What is wrong, without the place.</summary>
    public string What { get; } = what;
}
