using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>What can still be read of a damaged sealed segment, row by row, and a sound segment made of it.</summary>
/// <remarks>
/// Codes, graph, order and calibration are not looked at: they are made again of the original vectors. A row is kept if who it is and all its vectors can be read. Its payload comes from the segment, or from the
/// payload store where that is whole; what changed it later, from the files of changes, and where those are damaged it is as before (<see cref="LostChanges"/>). Which rows are dead is told by the deletes file; where that is damaged, by an older one, by payloads that were left out because the row was dead, and by newer rows of the
/// same id (<see cref="MarkSuperseded"/>); <see cref="UndecidedDead"/> says how many that leaves.
/// </remarks>
internal sealed class SegmentSalvage : IDisposable
{
    private readonly SegmentEntry _entry;
    private readonly VectorSchema _schema;
    private readonly SalvagedFile _points;
    private readonly SalvagedFile[] _vectors;
    private readonly SalvagedFile _payloads;
    private readonly PointRow?[] _rows;
    private readonly bool[] _isDead;
    private readonly SalvagedFile[] _changes;

    // The newest that can be read: which, where it is a later one than the row's own, and where.
    private readonly PayloadVersion?[] _changedTo;
    private readonly (SalvagedFile? File, long Offset, int Length)[] _payloadPlaces;

    private bool _arePayloadsListed;
    private uint _deadExpected;

    private SegmentSalvage(SegmentEntry entry, VectorSchema schema, SalvagedFile points, SalvagedFile[] vectors, SalvagedFile payloads, SalvagedFile[] changes)
    {
        _entry = entry;
        _schema = schema;
        _points = points;
        _vectors = vectors;
        _payloads = payloads;
        _changes = changes;
        _rows = new PointRow?[entry.Rows];
        _isDead = new bool[entry.Rows];
        _changedTo = new PayloadVersion?[entry.Rows];
        _payloadPlaces = new (SalvagedFile?, long, int)[entry.Rows];
    }

    /// <summary>The segment.</summary>
    public SegmentEntry Entry => _entry;

    /// <summary>Rows that were dead and cannot be told from living ones: as many points are back as this says, at most.</summary>
    public uint UndecidedDead => _deadExpected - Math.Min(_deadExpected, (uint)_isDead.Count(isDead => isDead));

    /// <summary>Whether the file that says which rows are dead could not be read.</summary>
    public bool HasLostDeletes { get; private set; }

    /// <summary>Changes of payloads that cannot be read, at most: those points have older payloads.</summary>
    public long LostChanges { get; private set; }

    /// <summary>Rows whose id can be read, dead ones included.</summary>
    public IEnumerable<PointRow> ReadableRows => _rows.OfType<PointRow>();

    /// <summary>Reads everything that is needed to tell what is lost.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="segmentsDirectory">Of the collection.</param>
    /// <param name="entry">What the manifest says of the segment.</param>
    /// <param name="schema">Of its rows.</param>
    /// <param name="cancellationToken">Looked at often.</param>
    public static SegmentSalvage Open(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, VectorSchema schema, CancellationToken cancellationToken)
    {
        var vectors = new SalvagedFile[schema.Count];
        for (int vector = 0; vector < vectors.Length; vector++)
            vectors[vector] = OpenFile(SegmentFormat.VectorsFile(vector), BlockFileKind.SegmentVectors);

        var salvage = new SegmentSalvage(
            entry,
            schema,
            OpenFile(SegmentFormat.PointsFile, BlockFileKind.SegmentPoints),
            vectors,
            OpenFile(SegmentFormat.PayloadsFile, BlockFileKind.SegmentPayloads),
            [.. (entry.Changes ?? []).Select(changes => OpenFile(changes.File.Name, BlockFileKind.SegmentChanges))]);
        salvage.ReadRows();
        salvage.ListPayloads();
        salvage.ListChanges();
        salvage.ReadDeletes(fileSystem, segmentsDirectory, cancellationToken);
        return salvage;

        SalvagedFile OpenFile(string name, BlockFileKind kind) => SalvagedFile.Open(
            fileSystem,
            $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}/{name}",
            kind,
            entry.AllFiles.FirstOrDefault(file => file.Name == name),
            cancellationToken);
    }

    /// <summary>Marks rows dead whose point has a newer one; only where the deletes file cannot say it.</summary>
    /// <param name="newest">The position of the newest row of each id, over all segments.</param>
    public void MarkSuperseded(IReadOnlyDictionary<PointId, ulong> newest)
    {
        for (int row = 0; row < _rows.Length; row++)
            _isDead[row] |= HasLostDeletes && _rows[row] is { } point && newest.TryGetValue(point.Id, out ulong lsn) && lsn > point.Lsn;
    }

    /// <summary>Divides the rows alive into those that are kept and those that are lost.</summary>
    /// <param name="payloadOf">Where payloads are found that the segment has lost; false where there is none.</param>
    /// <param name="cancellationToken">Looked at often.</param>
    public SegmentVerdict Judge(Func<PayloadKey, bool> payloadOf, CancellationToken cancellationToken)
    {
        var kept = new List<uint>();
        var lost = new List<PointId>();
        var withoutPayload = new List<PointId>();
        uint unknown = 0;
        byte[] buffer = new byte[VectorBytesMax];
        for (uint row = 0; row < _rows.Length; row++)
        {
            if (row % 1024 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (_isDead[row])
                continue;

            if (_rows[row] is not { } point)
                unknown++;
            else if (!AreVectorsReadable(row, buffer))
                lost.Add(point.Id);
            else
            {
                kept.Add(row);
                var version = VersionOf(row, point);
                bool isLost = !HasPayload(row) && (!_arePayloadsListed || _changedTo[row] is not null);
                if (version.HasPayload && isLost && !payloadOf(new PayloadKey(point.Id, version.Lsn)))
                    withoutPayload.Add(point.Id);
            }
        }

        return new SegmentVerdict(kept, lost, unknown, withoutPayload);
    }

    /// <summary>Writes a sound segment of the rows kept.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="segmentsDirectory">Where the segment's directory is to be.</param>
    /// <param name="number">Of the new segment.</param>
    /// <param name="kept">Its rows; at least one.</param>
    /// <param name="lsn">Position of the manifest that is to name it.</param>
    /// <param name="payloadStore">Where payloads are found that the segment has lost; null for nowhere.</param>
    /// <param name="threads">To build with.</param>
    /// <param name="cancellationToken">Leaves an unfinished directory.</param>
    public SegmentEntry Write(
        IFileSystem fileSystem, string segmentsDirectory, uint number, IReadOnlyList<uint> kept, ulong lsn, IPayloadStore? payloadStore, int threads, CancellationToken cancellationToken)
    {
        using var payloads = new InMemoryPayloadStore();
        var rows = Segment.CreateGrowing(number, _schema, (uint)kept.Count);
        Segment? built = null;
        try
        {
            byte[] buffer = new byte[VectorBytesMax];
            var json = new ArrayBufferWriter<byte>();
            foreach (uint row in kept)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var point = _rows[row]!.Value;
                json.ResetWrittenCount();
                var version = VersionOf(row, point);
                bool hasPayload = version.HasPayload && TryReadPayload(row, new PayloadKey(point.Id, version.Lsn), payloadStore, json);
                if (hasPayload)
                    payloads.Put(new PayloadKey(point.Id, version.Lsn), json.WrittenSpan);

                var offset = rows.Points.Append(PointRow.For(point.Id, version.Lsn, hasPayload));
                for (int vector = 0; vector < _vectors.Length; vector++)
                    AppendVector(rows, vector, offset, row, buffer);
            }

            built = rows.BuildSealed(_schema, threads, progress: null, cancellationToken);
            return SegmentWriter.Write(fileSystem, segmentsDirectory, built, lsn, payloads, cancellationToken);
        }
        finally
        {
            built?.Release();
            rows.Release();
        }
    }

    public void Dispose()
    {
        _points.Dispose();
        _payloads.Dispose();
        foreach (var file in _vectors.Concat(_changes))
            file.Dispose();
    }

    private int VectorBytesMax => Enumerable.Range(0, _schema.Count).Max(vector => _schema[vector].Config.Dimension) * sizeof(float);

    private bool HasPayload(uint row) => _payloadPlaces[row].File is not null;

    private PayloadVersion VersionOf(uint row, in PointRow point) => _changedTo[row] ?? PayloadVersion.Of(point);

    private void ReadRows()
    {
        Span<byte> bytes = stackalloc byte[PointRow.Bytes];
        for (uint row = 0; row < _rows.Length; row++)
        {
            if (!_points.TryRead(bytes, SegmentFormat.PointsHeaderBytes + ((long)row * PointRow.Bytes)))
                continue;

            var flags = (PointRowFlags)BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
            ulong lsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
            if ((flags & ~PointRowFlags.All) == 0 && lsn < PointRow.LsnLimit)
                _rows[row] = new PointRow(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), lsn, flags);
        }
    }

    private void ListPayloads()
    {
        _arePayloadsListed = _payloads.IsWhole;
        foreach (var (row, offset, length) in EntriesOf(_payloads))
        {
            if (_payloads.TryRead(new byte[length], offset))
                _payloadPlaces[row] = (_payloads, offset, length);
        }
    }

    /// <summary>Finds what changed payloads later, oldest first: the last one that can be read counts.</summary>
    private void ListChanges()
    {
        byte[] word = new byte[PayloadBlockFormat.VersionBytes];
        for (int file = 0; file < _changes.Length; file++)
        {
            long read = 0;
            foreach (var (row, offset, length) in EntriesOf(_changes[file]))
            {
                if (length < word.Length || !_changes[file].TryRead(word, offset))
                    continue;

                var version = PayloadVersion.FromWord(BinaryPrimitives.ReadUInt64LittleEndian(word));
                if (version.Lsn is 0 or >= PointRow.LsnLimit || version.Lsn > _entry.Changes![file].Through)
                    continue;

                read++;
                _changedTo[row] = version;
                int bytes = length - word.Length;
                _payloadPlaces[row] = version.HasPayload && _changes[file].TryRead(new byte[bytes], offset + word.Length) ? (_changes[file], offset + word.Length, bytes) : default;
            }

            LostChanges += Math.Max(0, _entry.Changes![file].Rows - read);
        }
    }

    /// <summary>The entries of a file of payloads whose row and place can be read. Behind a damaged block of entries its end is known, so the next one is found; behind a damaged head nothing is.</summary>
    private IEnumerable<(uint Row, long Offset, int Length)> EntriesOf(SalvagedFile file)
    {
        byte[] head = new byte[PayloadBlockFormat.HeaderBytes];
        byte[] entry = new byte[PayloadBlockFormat.EntryHeaderBytes];
        long next = 0;
        while (next < file.BodyBytes && file.TryRead(head, next))
        {
            long at = next + PayloadBlockFormat.HeaderBytes;
            next = at + BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4));
            while (at < next && file.TryRead(entry, at))
            {
                uint row = BinaryPrimitives.ReadUInt32LittleEndian(entry);
                int length = BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(4));
                at += PayloadBlockFormat.EntryHeaderBytes;
                if (row >= _rows.Length || length < 0 || length > next - at)
                    break;

                yield return (row, at, length);
                at += length;
            }
        }
    }

    private void ReadDeletes(IFileSystem fileSystem, string segmentsDirectory, CancellationToken cancellationToken)
    {
        if (_entry.Deletes is null)
            return;

        _deadExpected = _entry.Dead;
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(_entry.Number)}";
        using (var file = SalvagedFile.Open(fileSystem, $"{directory}/{_entry.Deletes.Name}", BlockFileKind.SegmentDeletes, _entry.Deletes, cancellationToken))
        {
            if (file.IsWhole && TryMark(file))
                return;
        }

        HasLostDeletes = true;
        foreach (string name in fileSystem.ListFiles(directory).Where(name => name != _entry.Deletes.Name && SegmentFormat.TryParseDeletesFile(name, out _)).Reverse())
        {
            using var older = SalvagedFile.Open(fileSystem, $"{directory}/{name}", BlockFileKind.SegmentDeletes, SummaryOf(fileSystem, directory, name), cancellationToken);
            if (IsBefore(name, _entry.Deletes.Name) && older.IsWhole && TryMark(older))
                break;
        }

        // A row that was dead when the segment was written has no payload in it.
        for (uint row = 0; row < _rows.Length; row++)
            _isDead[row] |= _arePayloadsListed && LostChanges == 0 && _changedTo[row] is null && _rows[row] is { HasPayload: true } && !HasPayload(row);
    }

    private static bool IsBefore(string name, string other) =>
        SegmentFormat.TryParseDeletesFile(name, out ulong number) && SegmentFormat.TryParseDeletesFile(other, out ulong limit) && number < limit;

    /// <summary>A file as it says itself that it is; null where it cannot be read.</summary>
    public static BlockFileSummary? SummaryOf(IFileSystem fileSystem, string directory, string name)
    {
        try
        {
            using var file = fileSystem.OpenFile($"{directory}/{name}", FileAccessMode.Read);
            Span<byte> checksum = stackalloc byte[sizeof(uint)];
            file.ReadExactly(checksum, Math.Max(0, file.Length - sizeof(uint)));
            return new BlockFileSummary(name, file.Length, BinaryPrimitives.ReadUInt32LittleEndian(checksum));
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return null;
        }
    }

    private bool TryMark(SalvagedFile file)
    {
        byte[] body = new byte[SegmentFormat.DeletesHeaderBytes + ((_rows.Length + 7) / 8)];
        if (file.BodyBytes != body.Length || !file.TryRead(body, 0))
            return false;

        for (int row = 0; row < _rows.Length; row++)
            _isDead[row] |= (body[SegmentFormat.DeletesHeaderBytes + (row >> 3)] & (1 << (row & 7))) != 0;

        return true;
    }

    private bool? IsPresent(int vector, uint row)
    {
        Span<byte> bits = stackalloc byte[1];
        return _vectors[vector].TryRead(bits, VectorRowsHeader.Bytes + (row >> 3)) ? (bits[0] & (1 << (int)(row & 7))) != 0 : null;
    }

    private long RowOffset(int vector, uint row)
    {
        int dimension = _schema[vector].Config.Dimension;
        return new VectorRowsHeader(dimension, (uint)_rows.Length, 0).RowsOffset + ((long)row * dimension * sizeof(float));
    }

    private bool AreVectorsReadable(uint row, byte[] buffer)
    {
        for (int vector = 0; vector < _vectors.Length; vector++)
        {
            if (IsPresent(vector, row) is not { } isPresent || (isPresent && !_vectors[vector].TryRead(BufferOf(vector, buffer), RowOffset(vector, row))))
                return false;
        }

        return true;
    }

    private void AppendVector(Segment target, int vector, PointOffset offset, uint row, byte[] buffer)
    {
        if (IsPresent(vector, row) != true)
        {
            target.Growing[vector].AppendMissing(offset);
            return;
        }

        var bytes = BufferOf(vector, buffer);
        if (!_vectors[vector].TryRead(bytes, RowOffset(vector, row)))
            throw new CorruptDataException(SegmentFormat.VectorsFile(vector), RowOffset(vector, row), $"the vector of row {row} could be read a moment ago");

        LittleEndian.ToNative(MemoryMarshal.Cast<byte, uint>(bytes));
        target.Growing[vector].Append(offset, MemoryMarshal.Cast<byte, float>(bytes));
    }

    private Span<byte> BufferOf(int vector, byte[] buffer) => buffer.AsSpan(0, _schema[vector].Config.Dimension * sizeof(float));

    private bool TryReadPayload(uint row, PayloadKey key, IPayloadStore? store, ArrayBufferWriter<byte> json)
    {
        var (file, offset, length) = _payloadPlaces[row];
        if (file is null)
            return store?.TryGet(key, json) == true;

        bool isRead = file.TryRead(json.GetSpan(Math.Max(1, length))[..length], offset);
        json.Advance(isRead ? length : 0);
        return isRead;
    }
}
