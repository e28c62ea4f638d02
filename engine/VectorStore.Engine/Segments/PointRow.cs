using System.Runtime.InteropServices;

namespace VectorStore.Engine.Segments;

/// <summary>What a segment knows of one point version beside its vectors: 32 bytes, in memory and on disk (docs/format/segment.md).</summary>
/// <param name="High">Upper half of the point's id.</param>
/// <param name="Low">Lower half of the point's id.</param>
/// <param name="Lsn">Log position of the write that made this version; at least 1.</param>
/// <param name="Flags">Kind of the id and whether there is a payload.</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct PointRow(ulong High, ulong Low, ulong Lsn, PointRowFlags Flags)
{
    public const int Bytes = 32;

    public PointId Id => PointId.FromParts((Flags & PointRowFlags.UuidId) != 0 ? PointIdKind.Uuid : PointIdKind.Integer, High, Low);

    public bool HasPayload => (Flags & PointRowFlags.HasPayload) != 0;

    public static PointRow For(PointId id, ulong lsn, bool hasPayload) =>
        new(
            id.High,
            id.Low,
            lsn,
            (id.Kind == PointIdKind.Uuid ? PointRowFlags.UuidId : 0) | (hasPayload ? PointRowFlags.HasPayload : 0));
}
