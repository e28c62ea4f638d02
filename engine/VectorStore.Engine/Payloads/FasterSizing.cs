using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace VectorStore.Engine.Payloads;

/// <summary>What one FASTER store is made with: its sizes, all powers of two, and the seed of its hash. It must be reopened with the same, but for the memory.</summary>
/// <param name="IndexBytes">Memory of the hash index. Fixed: a store that has grown far beyond it is rebuilt with a larger one.</param>
/// <param name="PageBytes">Unit of memory and of flushing; a record must fit.</param>
/// <param name="MemoryBytes">The most memory of the log, at least four pages. Pages are taken as they are needed. It alone may be another at each opening.</param>
/// <param name="SegmentBytes">Size of one file of the log.</param>
/// <param name="HashSeed">
/// Unknown to users, who choose the ids: keys that fall together make a chain that is followed by recursion. Part of the format, since each
/// record in the log links to the one before it with the same hash: under another hash, records are lost.
/// </param>
internal sealed partial record FasterSizing(long IndexBytes, long PageBytes, long MemoryBytes, long SegmentBytes, ulong HashSeed)
{
    /// <summary>Bytes of one bucket of the index.</summary>
    public const int BucketBytes = 64;

    private const long IndexBytesMin = 64 * 1024;
    private const long IndexBytesMax = 512L * 1024 * 1024;
    private const int ValuesPerBucket = 4;
    private const int PagesMin = 4;
    private const long MemoryBytesMax = 64L << 30;

    /// <summary>The sizes for a store that will hold about so many values, and a seed of its own.</summary>
    public static FasterSizing For(long pointsExpected)
    {
        long wanted = Math.Clamp(pointsExpected, 0, IndexBytesMax) / ValuesPerBucket * BucketBytes;
        long indexBytes = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(wanted, IndexBytesMin, IndexBytesMax));
        return new FasterSizing(indexBytes, PageBytes: 256 * 1024, MemoryBytes: 2 * 1024 * 1024, SegmentBytes: 16 * 1024 * 1024, DrawSeed());
    }

    /// <summary>The same with another memory: what fits, rounded down to a power of two.</summary>
    public FasterSizing WithMemory(long bytes) =>
        this with { MemoryBytes = Math.Clamp(1L << BitOperations.Log2((ulong)Math.Max(1, bytes)), PagesMin * PageBytes, MemoryBytesMax) };

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is anything else.</summary>
    public static FasterSizing? Parse(string text)
    {
        var match = TextPattern().Match(text);
        if (!match.Success)
            return null;

        ulong seed = ulong.Parse(match.Groups[5].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var sizing = new FasterSizing(Number(1), Number(2), Number(3), Number(4), seed);
        return sizing.IsSound() ? sizing : null;

        long Number(int group) => long.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    public override string ToString() => $"index={IndexBytes} page={PageBytes} memory={MemoryBytes} segment={SegmentBytes} hash={HashSeed:x16}";

    [GeneratedRegex(@"\Aindex=([0-9]{1,12}) page=([0-9]{1,12}) memory=([0-9]{1,12}) segment=([0-9]{1,12}) hash=([0-9a-f]{16})\z", RegexOptions.CultureInvariant)]
    private static partial Regex TextPattern();

    private static ulong DrawSeed()
    {
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(seed);
        return BinaryPrimitives.ReadUInt64LittleEndian(seed);
    }

    // Nothing is allocated by sizes that no version of ours has written.
    private bool IsSound() =>
        IsPowerWithin(IndexBytes, IndexBytesMin, IndexBytesMax)
        && IsPowerWithin(PageBytes, 128 * 1024, 1024 * 1024)
        && IsPowerWithin(MemoryBytes, PagesMin * PageBytes, MemoryBytesMax)
        && IsPowerWithin(SegmentBytes, PageBytes, 1024 * 1024 * 1024);

    private static bool IsPowerWithin(long value, long min, long max) => BitOperations.IsPow2(value) && value >= min && value <= max;
}
