using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Writes the files of a segment. Everything is durable when a call returns; nothing names it until a manifest does.</summary>
internal static class SegmentWriter
{
    private const int RowsPerWrite = 2048;

    /// <summary>Writes a segment that takes no more rows: aside first, then renamed, so that a half-written one never has the name.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="segmentsDirectory">The directory that holds all segments of the collection.</param>
    /// <param name="segment">No row of it is younger than <paramref name="lsn"/>.</param>
    /// <param name="lsn">Rows deleted up to here keep their place but not their payload; a payload changed up to here is written as if the row had been made with it.</param>
    /// <param name="payloads">Where the payloads are. That of a row deleted or changed after <paramref name="lsn"/> may be gone, and is left out.</param>
    /// <param name="cancellationToken">Leaves an unfinished directory that start-up removes.</param>
    public static SegmentEntry Write(
        IFileSystem fileSystem, string segmentsDirectory, Segment segment, ulong lsn, IPayloadStore payloads, CancellationToken cancellationToken)
    {
        var files = new List<BlockFileSummary>();
        WriteAside(fileSystem, segmentsDirectory, segment.Number, aside =>
        {
            WriteFile(fileSystem, aside, SegmentFormat.PointsFile, BlockFileKind.SegmentPoints, SegmentFormat.PointsVersion, file => WritePoints(file, segment.Points, lsn), files);
            for (int vector = 0; vector < segment.Vectors.Length; vector++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteVector(fileSystem, aside, vector, segment.Vectors[vector], files);
            }

            WriteFile(
                fileSystem,
                aside,
                SegmentFormat.PayloadsFile,
                BlockFileKind.SegmentPayloads,
                SegmentFormat.PayloadsVersion,
                file => WritePayloads(file, segment.Points, lsn, payloads, cancellationToken),
                files);
        });

        return new SegmentEntry(segment.Number, segment.Points.Count, Dead: 0, files, Deletes: null, PayloadLsn: lsn, Built: segment.Built.Count == 0 ? null : segment.Built);
    }

    /// <summary>Makes the directory of a segment: aside, and renamed once it is filled. Durable when it returns.</summary>
    public static void WriteAside(IFileSystem fileSystem, string segmentsDirectory, uint number, Action<string> fill)
    {
        string name = SegmentFormat.DirectoryName(number);
        string aside = $"{segmentsDirectory}/{name}.tmp";
        string final = $"{segmentsDirectory}/{name}";

        // An earlier try that failed, or one whose manifest did.
        if (fileSystem.DirectoryExists(aside))
            fileSystem.DeleteDirectory(aside);
        if (fileSystem.DirectoryExists(final))
            fileSystem.DeleteDirectory(final);

        fileSystem.CreateDirectory(aside);
        fill(aside);
        fileSystem.SyncDirectory(aside);
        fileSystem.Rename(aside, final);
        fileSystem.SyncDirectory(segmentsDirectory);
    }

    /// <summary>Writes codes and calibration of a sealed index that has a graph.</summary>
    public static void WriteCodes(IFileSystem fileSystem, string directory, int vector, SealedIndex index, List<BlockFileSummary> files)
    {
        WriteFile(fileSystem, directory, SegmentFormat.CodesFile(vector), BlockFileKind.SegmentCodes, SegmentFormat.CodesVersion, index.SaveCodes, files);
        if (index.Calibration is not null)
            WriteFile(fileSystem, directory, SegmentFormat.CalibrationFile(vector), BlockFileKind.SegmentCalibration, CalibrationHeader.Version, index.SaveCalibration, files);
    }

    /// <summary>Brings an entry up to date with the rows dead at a log position, in a deletes file named after the manifest to come.</summary>
    public static SegmentEntry WriteDeletes(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, PointTable points, ulong lsn, ulong manifest)
    {
        byte[] body = new byte[SegmentFormat.DeletesHeaderBytes + ((points.Count + 7L) / 8)];
        var bitmap = body.AsSpan(SegmentFormat.DeletesHeaderBytes);
        uint dead = 0;
        for (uint row = 0; row < points.Count; row++)
        {
            if (points.IsVisible(new PointOffset(row), lsn))
                continue;

            bitmap[(int)(row >> 3)] |= (byte)(1 << (int)(row & 7));
            dead++;
        }

        // Rows never come back to life, so an equal number means the same rows.
        if (dead == entry.Dead)
            return entry;

        BinaryPrimitives.WriteUInt64LittleEndian(body, lsn);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(8), points.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), dead);

        // A crash before the manifest named it may have left a file of this number.
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        string path = $"{directory}/{SegmentFormat.DeletesFile(manifest)}";
        if (fileSystem.FileExists(path))
            fileSystem.DeleteFile(path);

        using var file = new BlockFileWriter(fileSystem, path, BlockFileKind.SegmentDeletes, SegmentFormat.DeletesVersion);
        file.Write(body);
        var summary = file.Complete();
        fileSystem.SyncDirectory(directory);
        return entry with { Dead = dead, Deletes = summary };
    }

    /// <summary>Removes files of deletions and of changed payloads that no manifest still kept can name.</summary>
    public static void PruneLaterFiles(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, ulong oldestManifestKept)
    {
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        var named = entry.AllFiles.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        foreach (string name in fileSystem.ListFiles(directory))
        {
            if (SegmentFormat.TryParseLaterFile(name, out ulong manifest) && !named.Contains(name) && manifest < oldestManifestKept)
                fileSystem.DeleteFile($"{directory}/{name}");
        }
    }

    /// <summary>Reads the payload of a row as it was at the position that is being sealed, if it has one.</summary>
    /// <returns>False where it is gone, because a later write removed it: replaying the log does so again.</returns>
    /// <exception cref="CorruptDataException">It is gone, and nothing says why.</exception>
    internal static bool TryReadPayload(BlockFileWriter file, PointTable points, PointOffset offset, PayloadVersion version, IPayloadStore payloads, ArrayBufferWriter<byte> json)
    {
        json.ResetWrittenCount();
        var id = points.Row(offset).Id;
        if (!version.HasPayload || payloads.TryGet(new PayloadKey(id, version.Lsn), json))
            return true;

        if (points.DeletedAt(offset) != 0 || points.NewestPayload(offset) != version)
            return false;

        throw new CorruptDataException(file.Path, file.BodyBytes, $"the payload store lost the payload of point {id} written at log position {version.Lsn}");
    }

    private static void WriteVector(IFileSystem fileSystem, string directory, int vector, VectorIndex index, List<BlockFileSummary> files)
    {
        WriteFile(fileSystem, directory, SegmentFormat.VectorsFile(vector), BlockFileKind.SegmentVectors, VectorRowsHeader.Version, index.SaveVectors, files);
        if (!index.HasGraph)
            return;

        if (index is SealedIndex built)
        {
            WriteFile(fileSystem, directory, SegmentFormat.GraphFile(vector), BlockFileKind.SegmentFlatGraph, SegmentFormat.FlatGraphVersion, built.SaveGraph, files);
            WriteFile(fileSystem, directory, SegmentFormat.OrderFile(vector), BlockFileKind.SegmentOrder, SegmentOrderHeader.Version, built.SaveOrder, files);
            WriteCodes(fileSystem, directory, vector, built, files);
        }
        else if (index is GrowingIndex grown)
        {
            WriteFile(fileSystem, directory, SegmentFormat.GraphFile(vector), BlockFileKind.SegmentGraph, HnswGraphHeader.Version, file => grown.SaveGraph(file), files);
        }
    }

    private static void WriteFile(
        IFileSystem fileSystem, string directory, string name, BlockFileKind kind, uint version, Action<BlockFileWriter> write, List<BlockFileSummary> files)
    {
        using var file = new BlockFileWriter(fileSystem, $"{directory}/{name}", kind, version);
        write(file);
        files.Add(file.Complete());
    }

    private static void WritePoints(BlockFileWriter file, PointTable points, ulong lsn)
    {
        Span<byte> header = stackalloc byte[SegmentFormat.PointsHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, points.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], PointRow.Bytes);
        file.Write(header);

        byte[] buffer = new byte[RowsPerWrite * PointRow.Bytes];
        int filled = 0;
        for (uint row = 0; row < points.Count; row++)
        {
            var point = points.RowAt(new PointOffset(row), lsn);
            var target = buffer.AsSpan(filled, PointRow.Bytes);
            BinaryPrimitives.WriteUInt64LittleEndian(target, point.High);
            BinaryPrimitives.WriteUInt64LittleEndian(target[8..], point.Low);
            BinaryPrimitives.WriteUInt64LittleEndian(target[16..], point.Lsn);
            BinaryPrimitives.WriteUInt64LittleEndian(target[24..], (ulong)point.Flags);
            filled += PointRow.Bytes;
            if (filled < buffer.Length)
                continue;

            file.Write(buffer);
            filled = 0;
        }

        file.Write(buffer.AsSpan(0, filled));
    }

    private static void WritePayloads(BlockFileWriter file, PointTable points, ulong lsn, IPayloadStore payloads, CancellationToken cancellationToken)
    {
        var writer = new PayloadBlockWriter(file);
        var json = new ArrayBufferWriter<byte>();
        for (uint row = 0; row < points.Count; row++)
        {
            if (row % RowsPerWrite == 0)
                cancellationToken.ThrowIfCancellationRequested();

            var offset = new PointOffset(row);
            if (points.IsVisible(offset, lsn)
                && points.TryGetPayload(offset, lsn, out var version)
                && version.HasPayload
                && TryReadPayload(file, points, offset, version, payloads, json))
            {
                writer.Add(row, json.WrittenSpan);
            }
        }

        writer.Flush();
    }
}
