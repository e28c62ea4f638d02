using System.Buffers.Binary;
using System.Numerics;
using VectorStore.Engine.Hnsw;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Loads sealed segments. Every byte is checked before it is used; what is wrong is a <see cref="CorruptDataException"/>.</summary>
internal static class SegmentReader
{
    private const int RowsPerRead = 4096;

    /// <summary>Loads points, dead rows, changes of payloads and indexes; of these, what is to be on disk is checked and mapped. Payloads stay on disk, but are read once to know that they are whole.</summary>
    public static Segment Load(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, VectorSchema schema, ulong lsn)
    {
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        var points = LoadPoints(fileSystem, directory, entry);
        var vectors = new VectorIndex[schema.Count];
        try
        {
            for (int vector = 0; vector < vectors.Length; vector++)
                vectors[vector] = LoadVector(fileSystem, directory, entry, vector, ConfigOf(entry.Built?[vector], schema[vector].Config));

            LoadDeletes(fileSystem, directory, entry, points, lsn);
            PayloadChangeFiles.Load(fileSystem, directory, entry, points);
            using var payloads = OpenPayloads(fileSystem, directory, entry);
            payloads.VerifyAll();
            return Segment.FromSealed(entry, points, vectors);
        }
        catch
        {
            foreach (var vector in vectors)
                vector?.Dispose();

            points.Dispose();
            throw;
        }
    }

    /// <summary>Opens the indexes of a sealed segment that is open already once more, with their parts where the schema wants them now. Every block is checked again.</summary>
    public static Segment Reopen(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, Segment open, VectorSchema schema, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var vectors = new VectorIndex[schema.Count];
        try
        {
            for (int vector = 0; vector < vectors.Length; vector++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                vectors[vector] = ReopenVector(fileSystem, segmentsDirectory, entry, open, vector, schema[vector].Config);
                progress.Report((vector + 1) / (double)vectors.Length);
            }

            return open.WithReopened(vectors);
        }
        catch
        {
            foreach (var vector in vectors)
                vector?.Dispose();

            throw;
        }
    }

    /// <summary>The index of one vector of a sealed segment that is open: made anew with the codes of this configuration and the graph that its file has, every block of which is checked.</summary>
    public static SealedIndex Recode(
        IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, int vector, VectorConfig config, int threads, BuildProgress progress, CancellationToken cancellationToken)
    {
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        using var vectors = OpenVectors(fileSystem, directory, entry, vector, config.Placement);
        using var files = OpenSealed(fileSystem, directory, entry, vector, config.Placement);
        return SealedIndex.Recode(config, entry.Rows, vectors, files, threads, progress, cancellationToken);
    }

    /// <summary>The index of one vector of a sealed segment that is open, opened once more, built as it was and with its parts where this configuration wants them. Every block is checked again.</summary>
    public static VectorIndex ReopenVector(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, Segment open, int vector, VectorConfig config) =>
        LoadVector(fileSystem, $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}", entry, vector, ConfigOf(open.Built[vector], config));

    /// <summary>The original vectors of a sealed segment that is open, to be copied: each block is checked as it is read. Null where they are in memory, and so were checked when they came there.</summary>
    /// <exception cref="CorruptDataException">The file is damaged, missing or another one.</exception>
    public static CheckedRows? OpenOriginals(IFileSystem fileSystem, string segmentsDirectory, Segment segment, int vector)
    {
        var index = segment.Vectors[vector];
        if (!index.AreOriginalsMapped || segment.Sealed is not { } entry)
            return null;

        var file = OpenVectors(fileSystem, $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}", entry, vector, placement: null);
        try
        {
            return new CheckedRows(file, index.Config.Dimension, entry.Rows);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Puts the payloads of all live rows into a store that is being rebuilt.</summary>
    public static void CopyPayloads(IFileSystem fileSystem, string segmentsDirectory, Segment segment, IPayloadStore store, ulong lsn)
    {
        var entry = segment.Sealed!;
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        using var file = OpenPayloads(fileSystem, directory, entry);
        var reader = new PayloadBlockReader(file, entry.Rows);
        while (reader.Read())
        {
            var offset = new PointOffset(reader.Row);
            ref readonly var point = ref segment.Points.Row(offset);
            if (!point.HasPayload)
                throw new CorruptDataException(file.Path, 0, $"row {reader.Row} has a payload here but none in the points file");

            if (segment.Points.IsVisible(offset, lsn) && segment.Points.NewestPayload(offset) == PayloadVersion.Of(point))
                store.Put(new PayloadKey(point.Id, point.Lsn), reader.Json);
        }

        PayloadChangeFiles.CopyPayloads(fileSystem, directory, entry, segment.Points, store, lsn);
    }

    /// <summary>Reads every file of a segment and reports each damage.</summary>
    public static void Verify(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, VerifyTally tally, CancellationToken cancellationToken)
    {
        foreach (var summary in entry.AllFiles)
            tally.Check(() => VerifyFile(fileSystem, segmentsDirectory, entry, summary, tally.Advance, cancellationToken));
    }

    /// <summary>Reads one file of a segment, every byte.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="segmentsDirectory">Of the collection.</param>
    /// <param name="entry">What the manifest says of the segment.</param>
    /// <param name="summary">What it says of the file.</param>
    /// <param name="onRead">Told after each read how many bytes it was.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    /// <returns>Bytes of the file that <paramref name="onRead"/> was not told of.</returns>
    /// <exception cref="CorruptDataException">The file is damaged, missing or another one.</exception>
    public static long VerifyFile(
        IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, BlockFileSummary summary, Action<long> onRead, CancellationToken cancellationToken)
    {
        using var reader = BlockFileReader.Open(fileSystem, PathOf(segmentsDirectory, entry, summary), KindOf(entry, summary.Name), uint.MaxValue, summary);
        reader.VerifyAll(onRead, cancellationToken);
        return summary.Bytes - (BlockFileFormat.BlockCount(reader.BodyBytes) * BlockFileFormat.BlockBytes);
    }

    /// <summary>Where a file of a segment is.</summary>
    public static string PathOf(string segmentsDirectory, SegmentEntry entry, BlockFileSummary summary) =>
        $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}/{summary.Name}";

    private static BlockFileKind KindOf(SegmentEntry entry, string name) => name[..name.AsSpan().IndexOfAny('-', '.')] switch
    {
        "points" => BlockFileKind.SegmentPoints,
        "vectors" => BlockFileKind.SegmentVectors,
        "codes" => BlockFileKind.SegmentCodes,
        "graph" => Find(entry, $"order{name["graph".Length..]}") is null ? BlockFileKind.SegmentGraph : BlockFileKind.SegmentFlatGraph,
        "order" => BlockFileKind.SegmentOrder,
        "calibration" => BlockFileKind.SegmentCalibration,
        "payloads" => BlockFileKind.SegmentPayloads,
        "changes" => BlockFileKind.SegmentChanges,
        _ => BlockFileKind.SegmentDeletes,
    };

    private static BlockFileSummary? Find(SegmentEntry entry, string name) => entry.Files.FirstOrDefault(file => file.Name == name);

    private static BlockFileSummary Summary(SegmentEntry entry, string directory, string name) =>
        Find(entry, name) ?? throw new CorruptDataException($"{directory}/{name}", 0, "the manifest does not list this file");

    private static BlockFileReader OpenPayloads(IFileSystem fileSystem, string directory, SegmentEntry entry) =>
        BlockFileReader.Open(
            fileSystem,
            $"{directory}/{SegmentFormat.PayloadsFile}",
            BlockFileKind.SegmentPayloads,
            SegmentFormat.PayloadsVersion,
            Summary(entry, directory, SegmentFormat.PayloadsFile));

    private static PointTable LoadPoints(IFileSystem fileSystem, string directory, SegmentEntry entry)
    {
        string path = $"{directory}/{SegmentFormat.PointsFile}";
        using var file = BlockFileReader.Open(fileSystem, path, BlockFileKind.SegmentPoints, SegmentFormat.PointsVersion, Summary(entry, directory, SegmentFormat.PointsFile));
        if (file.BodyBytes != SegmentFormat.PointsHeaderBytes + ((long)entry.Rows * PointRow.Bytes))
            throw new CorruptDataException(path, 0, $"{file.BodyBytes} bytes cannot be {entry.Rows} rows");

        Span<byte> header = stackalloc byte[SegmentFormat.PointsHeaderBytes];
        file.Read(header, 0);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != entry.Rows)
            throw new CorruptDataException(path, 0, "row count", entry.Rows, BinaryPrimitives.ReadUInt32LittleEndian(header));
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != PointRow.Bytes)
            throw new CorruptDataException(path, 4, "row size", PointRow.Bytes, BinaryPrimitives.ReadUInt32LittleEndian(header[4..]));

        var rows = new NativeArena((long)entry.Rows * PointRow.MemoryBytes);
        try
        {
            rows.EnsureCommitted((long)entry.Rows * PointRow.MemoryBytes);
            byte[] buffer = new byte[RowsPerRead * PointRow.Bytes];
            for (uint first = 0; first < entry.Rows; first += RowsPerRead)
            {
                int count = (int)Math.Min(RowsPerRead, entry.Rows - first);
                long offset = SegmentFormat.PointsHeaderBytes + ((long)first * PointRow.Bytes);
                file.Read(buffer.AsSpan(0, count * PointRow.Bytes), offset);
                for (int row = 0; row < count; row++)
                {
                    var bytes = buffer.AsSpan(row * PointRow.Bytes, PointRow.Bytes);
                    var flags = (PointRowFlags)BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
                    if ((flags & ~PointRowFlags.All) != 0)
                        throw new CorruptDataException(path, offset + (row * PointRow.Bytes) + 24, $"unknown row flags 0x{(ulong)flags:x}");

                    ulong rowLsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
                    if (rowLsn >= PointRow.LsnLimit)
                        throw new CorruptDataException(path, offset + (row * PointRow.Bytes) + 16, $"no log reaches position {rowLsn}");

                    rows.At<PointRow>(first + row) = new PointRow(
                        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), rowLsn, flags);
                }
            }

            return PointTable.FromRows(rows, entry.Rows);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Opens the files of a segment that was just written, where the configuration it was built with wants them to be used, so that memory is given back. Every block is checked.</summary>
    /// <returns>What the caller uses, once a manifest names the files, or disposes.</returns>
    public static IReadOnlyList<WrittenParts> OpenWritten(IFileSystem fileSystem, string segmentsDirectory, SegmentEntry entry, Segment segment)
    {
        string directory = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        var parts = new List<WrittenParts>();
        try
        {
            for (int vector = 0; vector < segment.Vectors.Length; vector++)
            {
                if (!LittleEndian.IsNative || segment.Vectors[vector] is not SealedIndex index)
                    continue;

                var placement = index.Config.Placement;
                using var vectors = placement.Originals == Placement.Disk ? OpenVectors(fileSystem, directory, entry, vector, placement) : null;
                using var files = index.HasGraph && (placement.Codes == Placement.Disk || placement.Graph == Placement.Disk)
                    ? OpenSealed(fileSystem, directory, entry, vector, placement)
                    : null;
                parts.Add(index.OpenWritten(vectors, files));
            }

            return parts;
        }
        catch
        {
            parts.ForEach(opened => opened.Dispose());
            throw;
        }
    }

    private static VectorIndex LoadVector(IFileSystem fileSystem, string directory, SegmentEntry entry, int vector, VectorConfig config)
    {
        if (IsFlat(entry, vector))
        {
            using var vectors = OpenVectors(fileSystem, directory, entry, vector, config.Placement);
            using var files = OpenSealed(fileSystem, directory, entry, vector, config.Placement);
            return SealedIndex.Load(config, entry.Rows, vectors, files);
        }

        string graphName = SegmentFormat.GraphFile(vector);
        if (Find(entry, graphName) is not { } graphSummary)
        {
            using var vectors = OpenVectors(fileSystem, directory, entry, vector, config.Placement);
            return SealedIndex.Load(config, entry.Rows, vectors, files: null);
        }

        // Written before there were flat graphs.
        using var rows = OpenVectors(fileSystem, directory, entry, vector, placement: null);
        using var graph = BlockFileReader.Open(fileSystem, $"{directory}/{graphName}", BlockFileKind.SegmentGraph, HnswGraphHeader.Version, graphSummary);
        return GrowingIndex.Load(config, entry.Rows, rows, graph);
    }

    /// <summary>What to open an index with: built as it was, placed as the collection wants it now.</summary>
    private static VectorConfig ConfigOf(IndexBuild? built, VectorConfig config) => built?.ApplyTo(config) ?? config;

    /// <summary>Whether the graph of a vector is a flat one: those come with an order.</summary>
    private static bool IsFlat(SegmentEntry entry, int vector) => Find(entry, SegmentFormat.OrderFile(vector)) is not null;

    private static BlockFileReader OpenVectors(IFileSystem fileSystem, string directory, SegmentEntry entry, int vector, PlacementConfig? placement)
    {
        string name = SegmentFormat.VectorsFile(vector);
        return BlockFileReader.Open(
            fileSystem,
            $"{directory}/{name}",
            BlockFileKind.SegmentVectors,
            VectorRowsHeader.Version,
            Summary(entry, directory, name),
            isMapped: placement?.Originals == Placement.Disk);
    }

    private static SealedFiles OpenSealed(IFileSystem fileSystem, string directory, SegmentEntry entry, int vector, PlacementConfig placement)
    {
        var opened = new List<BlockFileReader>();
        try
        {
            bool isGraphMapped = placement.Graph == Placement.Disk;
            Open(SegmentFormat.CodesFile(vector), BlockFileKind.SegmentCodes, SegmentFormat.CodesVersion, placement.Codes == Placement.Disk);
            Open(SegmentFormat.GraphFile(vector), BlockFileKind.SegmentFlatGraph, SegmentFormat.FlatGraphVersion, isGraphMapped);
            Open(SegmentFormat.OrderFile(vector), BlockFileKind.SegmentOrder, SegmentOrderHeader.Version, isGraphMapped);
            if (Find(entry, SegmentFormat.CalibrationFile(vector)) is not null)
                Open(SegmentFormat.CalibrationFile(vector), BlockFileKind.SegmentCalibration, CalibrationHeader.Version, isMapped: false);

            return new SealedFiles(opened[0], opened[1], opened[2], opened.ElementAtOrDefault(3));
        }
        catch
        {
            opened.ForEach(reader => reader.Dispose());
            throw;
        }

        void Open(string name, BlockFileKind kind, uint versionMax, bool isMapped) =>
            opened.Add(BlockFileReader.Open(fileSystem, $"{directory}/{name}", kind, versionMax, Summary(entry, directory, name), isMapped));
    }

    private static void LoadDeletes(IFileSystem fileSystem, string directory, SegmentEntry entry, PointTable points, ulong lsn)
    {
        if (entry.Deletes is null)
            return;

        string path = $"{directory}/{entry.Deletes.Name}";
        using var file = BlockFileReader.Open(fileSystem, path, BlockFileKind.SegmentDeletes, SegmentFormat.DeletesVersion, entry.Deletes);
        long bitmapBytes = (entry.Rows + 7L) / 8;
        if (file.BodyBytes != SegmentFormat.DeletesHeaderBytes + bitmapBytes)
            throw new CorruptDataException(path, 0, $"{file.BodyBytes} bytes cannot mark {entry.Rows} rows");

        byte[] body = new byte[file.BodyBytes];
        file.Read(body, 0);
        ulong position = BinaryPrimitives.ReadUInt64LittleEndian(body);
        if (position == 0 || position > lsn)
            throw new CorruptDataException(path, 0, $"log position {position} is outside 1 to the manifest's {lsn}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(8)) != entry.Rows)
            throw new CorruptDataException(path, 8, "row count", entry.Rows, BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(8)));

        for (int index = SegmentFormat.DeletesHeaderBytes; index < body.Length; index++)
        {
            for (uint bits = body[index]; bits != 0; bits &= bits - 1)
            {
                uint row = (uint)(((index - SegmentFormat.DeletesHeaderBytes) * 8) + BitOperations.TrailingZeroCount(bits));
                if (row >= entry.Rows)
                    throw new CorruptDataException(path, index, $"row {row} of {entry.Rows} is marked");

                points.MarkDeleted(new PointOffset(row), position);
            }
        }

        uint dead = BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(12));
        if (points.DeadCount != dead)
            throw new CorruptDataException(path, 12, "dead rows", dead, points.DeadCount);
    }
}
