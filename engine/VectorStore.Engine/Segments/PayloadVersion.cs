using System.Diagnostics;

namespace VectorStore.Engine.Segments;

/// <summary>Which payload a row has: that of one log position, or none since then. 8 bytes, which are also what is stored of it (docs/format/segment.md).</summary>
internal readonly record struct PayloadVersion
{
    private const ulong HasPayloadBit = 1UL << 63;

    /// <param name="lsn">Log position of the write; at least 1, below <see cref="PointRow.LsnLimit"/>.</param>
    /// <param name="hasPayload">Whether that write left a payload.</param>
    public PayloadVersion(ulong lsn, bool hasPayload)
    {
        Debug.Assert(lsn < PointRow.LsnLimit, "no log is that long");
        Word = lsn | (hasPayload ? HasPayloadBit : 0);
    }

    private PayloadVersion(ulong word) => Word = word;

    /// <summary>Never 0.</summary>
    public ulong Word { get; }

    public ulong Lsn => Word & ~HasPayloadBit;

    public bool HasPayload => (Word & HasPayloadBit) != 0;

    public static PayloadVersion FromWord(ulong word) => new(word);

    /// <summary>The payload that a row was written with.</summary>
    public static PayloadVersion Of(in PointRow row) => new(row.Lsn, row.HasPayload);
}
