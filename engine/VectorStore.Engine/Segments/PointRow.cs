using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VectorStore.Engine.Segments;

/// <summary>What a segment knows of one point version beside its vectors: 24 bytes in memory, 32 on disk (docs/format/segment.md).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct PointRow
{
    /// <summary>Bytes on disk.</summary>
    public const int Bytes = 32;

    /// <summary>Bytes in memory.</summary>
    public const int MemoryBytes = 24;

    /// <summary>Log positions are below this, so that the flags fit beside them.</summary>
    public const ulong LsnLimit = 1UL << FlagsShift;

    private const int FlagsShift = 62;

    private readonly ulong _lsnAndFlags;

    /// <param name="high">Upper half of the point's id.</param>
    /// <param name="low">Lower half of the point's id.</param>
    /// <param name="lsn">Log position of the write that made this version; at least 1, below <see cref="LsnLimit"/>.</param>
    /// <param name="flags">Kind of the id and whether there is a payload.</param>
    public PointRow(ulong high, ulong low, ulong lsn, PointRowFlags flags)
    {
        Debug.Assert(lsn < LsnLimit, "no log is that long");
        High = high;
        Low = low;
        _lsnAndFlags = lsn | ((ulong)flags << FlagsShift);
    }

    public ulong High { get; }

    public ulong Low { get; }

    public ulong Lsn => _lsnAndFlags & (LsnLimit - 1);

    public PointRowFlags Flags => (PointRowFlags)(_lsnAndFlags >> FlagsShift);

    public PointId Id => PointId.FromParts((Flags & PointRowFlags.UuidId) != 0 ? PointIdKind.Uuid : PointIdKind.Integer, High, Low);

    public bool HasPayload => (Flags & PointRowFlags.HasPayload) != 0;

    public static PointRow For(PointId id, ulong lsn, bool hasPayload) =>
        new(
            id.High,
            id.Low,
            lsn,
            (id.Kind == PointIdKind.Uuid ? PointRowFlags.UuidId : 0) | (hasPayload ? PointRowFlags.HasPayload : 0));
}
