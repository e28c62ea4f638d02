using System.Buffers.Binary;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>Walks through the points of an upsert record. The bytes passed the log's checksum; what still does not fit is damage all the same.</summary>
/// <remarks>Use: <c>while (reader.ReadPoint()) { while (reader.ReadVector()) … }</c>. Mutable struct on the stack of the applier.</remarks>
internal ref struct UpsertReader
{
    private readonly VectorSchema _schema;
    private readonly ulong _lsn;
    private readonly int _bodyBytes;
    private ReadOnlySpan<byte> _rest;
    private int _pointsLeft;
    private int _vectorsLeft;
    private int _payloadLength;

    public UpsertReader(ReadOnlySpan<byte> body, VectorSchema schema, ulong lsn)
    {
        _schema = schema;
        _lsn = lsn;
        _rest = body;
        _bodyBytes = body.Length;
        PointCount = _pointsLeft = BinaryPrimitives.ReadInt32LittleEndian(Take(UpsertRecord.CountBytes));
        if (PointCount <= 0)
            throw Damaged($"an upsert of {PointCount} points");
    }

    public int PointCount { get; }

    /// <summary>Bytes of the body that were read.</summary>
    public readonly int Position => _bodyBytes - _rest.Length;

    public PointId Id { get; private set; }

    public bool HasPayload { get; private set; }

    /// <summary>Number of the vector read last.</summary>
    public int VectorNumber { get; private set; }

    /// <summary>Bytes of the vector read last: dimension × float32, little-endian.</summary>
    public ReadOnlySpan<byte> VectorBytes { get; private set; }

    /// <summary>Goes to the next point; false at the end.</summary>
    public bool ReadPoint()
    {
        if (_pointsLeft-- == 0)
            return _rest.IsEmpty ? false : throw Damaged($"{_rest.Length} bytes after the last point");

        var header = Take(UpsertRecord.PointHeaderBytes);
        byte kind = header[16];
        byte flags = header[17];
        if (kind > (byte)PointIdKind.Uuid || flags > UpsertRecord.HasPayloadFlag)
            throw Damaged($"id kind {kind}, flags {flags}");

        Id = PointId.FromParts((PointIdKind)kind, BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]));
        HasPayload = flags == UpsertRecord.HasPayloadFlag;
        _vectorsLeft = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        _payloadLength = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        VectorNumber = -1;
        return true;
    }

    /// <summary>Goes to the point's next vector; false after the last.</summary>
    public bool ReadVector()
    {
        if (_vectorsLeft-- <= 0)
            return false;

        int number = BinaryPrimitives.ReadInt32LittleEndian(Take(UpsertRecord.VectorHeaderBytes));
        if (number <= VectorNumber || number >= _schema.Count)
            throw Damaged($"vector {number} after {VectorNumber} of {_schema.Count}");

        VectorNumber = number;
        VectorBytes = Take(_schema[number].Config.Dimension * sizeof(float));
        return true;
    }

    /// <summary>The point's payload; call once, after the last vector.</summary>
    public ReadOnlySpan<byte> ReadPayload() => Take(_payloadLength);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
            throw Damaged($"{count} bytes are expected where {_rest.Length} are left");

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private readonly CorruptDataException Damaged(string what) => new($"log record {_lsn}", 0, what);
}
