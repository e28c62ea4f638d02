using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Segments;

/// <summary>The files of payloads that were changed after their segment was sealed. See docs/format/segment.md, version 1.</summary>
/// <remarks>
/// Each seal adds the rows changed since the one before. So that there are never many files, and yet no payload is written often, a new file takes in those before it
/// that have at most twice as many rows: their number grows with the logarithm of the rows.
/// </remarks>
internal static class PayloadChangeFiles
{
    private const uint RowsPerCancellationCheck = 2048;

    // A new file takes in one before it of up to this many times its rows.
    private const long AbsorbedTimesMax = 2;

    /// <summary>Brings an entry up to date with the payloads of a log position, in a file named after the manifest to come.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="segmentsDirectory">The directory that holds all segments of the collection.</param>
    /// <param name="entry">Of the sealed segment.</param>
    /// <param name="points">Its rows.</param>
    /// <param name="lsn">Later changes are left out: the log has them.</param>
    /// <param name="manifest">Number of the manifest to come.</param>
    /// <param name="payloads">Where the payloads are. One that was replaced after <paramref name="lsn"/> may be gone, and is left out.</param>
    /// <param name="cancellationToken">Leaves a file that nothing names.</param>
    public static SegmentEntry Write(
        IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, PointTable points, ulong lsn, ulong manifest, IPayloadStore payloads, CancellationToken cancellationToken)
    {
        var files = entry.Changes ?? [];
        int kept = files.Count;
        long rows = CountChanged(points, After(), lsn);
        if (rows == 0)
            return entry;

        while (kept > 0 && files[kept - 1].Rows <= rows * AbsorbedTimesMax)
            rows += files[--kept].Rows;

        // A crash before the manifest named it may have left a file of this number.
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        string path = $"{directory}/{SegmentFormat.ChangesFile(manifest)}";
        if (fileSystem.FileExists(path))
            fileSystem.DeleteFile(path);

        using var file = new BlockFileWriter(fileSystem, path, BlockFileKind.SegmentChanges, SegmentFormat.ChangesVersion);
        uint written = WriteRows(file, points, After(), lsn, payloads, cancellationToken);
        var summary = file.Complete();
        fileSystem.SyncDirectory(directory);
        return entry with { Changes = [.. files.Take(kept), new SegmentChanges(summary, written, lsn)] };

        // The last log position that is in the files that stay.
        ulong After() => kept > 0 ? files[kept - 1].Through : entry.PayloadLsn;
    }

    /// <summary>Puts the payload versions of all files of changes into a table that nobody reads yet.</summary>
    public static void Load(IFileSystem fileSystem, string directory, SegmentEntry entry, PointTable points)
    {
        ulong through = entry.PayloadLsn;
        foreach (var changes in entry.Changes ?? [])
        {
            using var file = Open(fileSystem, directory, changes);
            if (changes.Through <= through)
                throw new CorruptDataException(file.Path, 0, $"the changes up to log position {changes.Through} come after those up to {through}");

            through = changes.Through;
            uint rows = 0;
            for (var reader = new PayloadBlockReader(file, entry.Rows); reader.Read(); rows++)
            {
                var offset = new PointOffset(reader.Row);
                var version = Version(file, reader);
                if (version.Lsn <= points.NewestPayload(offset).Lsn || version.Lsn > through)
                {
                    throw new CorruptDataException(
                        file.Path, 0, $"row {reader.Row} has a change of log position {version.Lsn}, which is outside {points.NewestPayload(offset).Lsn + 1} to {through}");
                }

                points.LoadPayload(offset, version);
            }

            if (rows != changes.Rows)
                throw new CorruptDataException(file.Path, 0, "rows with a change", changes.Rows, rows);
        }
    }

    /// <summary>Puts the changed payloads of all live rows into a store that is being rebuilt.</summary>
    public static void CopyPayloads(IFileSystem fileSystem, string directory, SegmentEntry entry, PointTable points, IPayloadStore store, ulong lsn)
    {
        foreach (var changes in entry.Changes ?? [])
        {
            using var file = Open(fileSystem, directory, changes);
            var reader = new PayloadBlockReader(file, entry.Rows);
            while (reader.Read())
            {
                var offset = new PointOffset(reader.Row);
                var version = Version(file, reader);
                if (version.HasPayload && version == points.NewestPayload(offset) && points.IsVisible(offset, lsn))
                    store.Put(new PayloadKey(points.Row(offset).Id, version.Lsn), reader.Json[PayloadBlockFormat.VersionBytes..]);
            }
        }
    }

    /// <summary>How many rows a file of changes that no manifest names has changed, after one log position and up to another; null where it cannot be read.</summary>
    public static long? CountBetween(IFileSystem fileSystem, string path, uint rowCount, ulong after, ulong through)
    {
        try
        {
            using var file = BlockFileReader.Open(fileSystem, path, BlockFileKind.SegmentChanges, SegmentFormat.ChangesVersion);
            var reader = new PayloadBlockReader(file, rowCount);
            long changed = 0;
            while (reader.Read())
            {
                ulong lsn = Version(file, reader).Lsn;
                changed += lsn > after && lsn <= through ? 1 : 0;
            }

            return changed;
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return null;
        }
    }

    private static BlockFileReader Open(IFileSystem fileSystem, string directory, SegmentChanges changes) =>
        BlockFileReader.Open(fileSystem, $"{directory}/{changes.File.Name}", BlockFileKind.SegmentChanges, SegmentFormat.ChangesVersion, changes.File);

    private static PayloadVersion Version(BlockFileReader file, PayloadBlockReader reader)
    {
        if (reader.Json.Length < PayloadBlockFormat.VersionBytes)
            throw new CorruptDataException(file.Path, 0, $"row {reader.Row} has a change of {reader.Json.Length} bytes, at least {PayloadBlockFormat.VersionBytes} are needed");

        var version = PayloadVersion.FromWord(BinaryPrimitives.ReadUInt64LittleEndian(reader.Json));
        if (version.Lsn is 0 or >= PointRow.LsnLimit || version.HasPayload != reader.Json.Length > PayloadBlockFormat.VersionBytes)
            throw new CorruptDataException(file.Path, 0, $"row {reader.Row} has a change 0x{version.Word:x} of {reader.Json.Length} bytes, which cannot be");

        return version;
    }

    private static long CountChanged(PointTable points, ulong after, ulong lsn)
    {
        long changed = 0;
        for (uint row = 0; points.HasPayloadChanges && row < points.Count; row++)
        {
            if (IsChanged(points, new PointOffset(row), after, lsn, out _))
                changed++;
        }

        return changed;
    }

    private static bool IsChanged(PointTable points, PointOffset offset, ulong after, ulong lsn, out PayloadVersion version)
    {
        version = default;
        return points.IsVisible(offset, lsn)
            && points.NewestPayload(offset).Lsn > points.Row(offset).Lsn
            && points.TryGetPayload(offset, lsn, out version)
            && version.Lsn > points.Row(offset).Lsn
            && version.Lsn > after;
    }

    private static uint WriteRows(BlockFileWriter file, PointTable points, ulong after, ulong lsn, IPayloadStore payloads, CancellationToken cancellationToken)
    {
        var writer = new PayloadBlockWriter(file);
        var json = new ArrayBufferWriter<byte>();
        uint written = 0;
        for (uint row = 0; row < points.Count; row++)
        {
            if (row % RowsPerCancellationCheck == 0)
                cancellationToken.ThrowIfCancellationRequested();

            var offset = new PointOffset(row);
            if (!IsChanged(points, offset, after, lsn, out var version) || !SegmentWriter.TryReadPayload(file, points, offset, version, payloads, json))
                continue;

            writer.Add(row, version, json.WrittenSpan);
            written++;
        }

        writer.Flush();
        return written;
    }
}
