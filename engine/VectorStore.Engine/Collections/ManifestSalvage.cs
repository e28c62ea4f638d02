using System.Buffers.Binary;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>The best manifest of a collection whose newest one may be damaged, completed by what the segments on disk say themselves.</summary>
/// <remarks>
/// Between two manifests there is one seal or one merge. A merge makes a segment of rows that an older manifest names elsewhere, so it is not needed. A seal makes a segment of rows younger than the older
/// manifest, and deletes files named after the newer one: both are whole on disk before a manifest names them, and are taken. Files of changed payloads are not, since a newer one may hold what an older one has;
/// where the log does not repeat the changes either, they are lost (<see cref="LostPayloadChanges"/>).
/// </remarks>
internal sealed class ManifestSalvage
{
    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly ManifestStore _manifests;

    private ManifestSalvage(IFileSystem fileSystem, string directory)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _manifests = new ManifestStore(fileSystem, directory);
    }

    /// <summary>The manifest; null where none can be read.</summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>The highest number that any manifest had.</summary>
    public ulong NewestNumber { get; private set; }

    /// <summary>Payloads that are as they were before, for each segment at most: what changed them was named by a damaged manifest only, and the log does not have it any more.</summary>
    public IReadOnlyList<(SegmentEntry Segment, long Points)> LostPayloadChanges { get; private set; } = [];

    /// <summary>What was made of what; null where the manifest is simply the newest.</summary>
    public string? Action { get; private set; }

    /// <summary>Finds it, and changes nothing.</summary>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote the newest manifest.</exception>
    public static ManifestSalvage Find(IFileSystem fileSystem, string directory)
    {
        var salvage = new ManifestSalvage(fileSystem, directory);
        salvage.Find();
        return salvage;
    }

    private string SegmentsDirectory => $"{_directory}/{Collection.SegmentsName}";

    private void Find()
    {
        ulong? current = ReadCurrent();
        var numbers = _manifests.ListNumbers().Where(number => current is null || number <= current).ToList();
        NewestNumber = Math.Max(current ?? 0, numbers.DefaultIfEmpty().Max());
        foreach (ulong number in Enumerable.Reverse(numbers))
        {
            try
            {
                Manifest = _manifests.Read(number);
                break;
            }
            catch (Exception problem) when (problem is CorruptDataException or StorageException)
            {
                // The one before may do.
            }
        }

        if (Manifest is null)
            return;

        string name = ManifestStore.FileName(Manifest.Number);
        if (Manifest.Number < NewestNumber)
        {
            Complete();
            Action = $"{name} takes the place of {ManifestStore.FileName(NewestNumber)}, completed by what the segments say themselves";
        }
        else if (current is null)
            Action = $"{ManifestStore.CurrentFile} names {name} again, the newest there is";
    }

    private ulong? ReadCurrent()
    {
        try
        {
            return _manifests.ReadCurrent();
        }
        catch (Exception problem) when (problem is CorruptDataException or StorageException)
        {
            return null;
        }
    }

    /// <summary>Adds what a later seal has left on disk.</summary>
    private void Complete()
    {
        var manifest = Manifest!;
        ulong lsn = manifest.Lsn;
        uint nextSegment = manifest.NextSegment;
        var entries = new List<SegmentEntry>();
        foreach (var entry in manifest.Segments)
            entries.Add(WithNewestDeletes(entry, ref lsn));

        var known = manifest.Segments.Select(entry => entry.Number).ToHashSet();
        foreach (string name in _fileSystem.DirectoryExists(SegmentsDirectory) ? _fileSystem.ListDirectories(SegmentsDirectory) : [])
        {
            if (!uint.TryParse(name, out uint number) || SegmentFormat.DirectoryName(number) != name)
                continue;

            nextSegment = Math.Max(nextSegment, number + 1);
            if (!known.Contains(number) && ReadEntry(number) is { } entry && ReadLsns(entry) is var (first, last) && first > manifest.Lsn)
            {
                lsn = Math.Max(lsn, last);
                entries.Add(WithNewestDeletes(entry, ref lsn));
            }
        }

        LostPayloadChanges = [.. entries.Select(entry => (entry, CountLostChanges(entry, manifest, lsn))).Where(lost => lost.Item2 > 0)];
        Manifest = manifest with { Lsn = lsn, DurableLsn = Math.Max(lsn, manifest.DurableLsn), NextSegment = nextSegment, Segments = entries };
    }

    private long CountLostChanges(SegmentEntry entry, Manifest manifest, ulong lsn)
    {
        string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        if (lsn == manifest.Lsn || !_fileSystem.DirectoryExists(directory))
            return 0;

        return _fileSystem.ListFiles(directory)
            .Where(name => SegmentFormat.TryParseChangesFile(name, out ulong number) && number > manifest.Number)
            .Sum(name => PayloadChangeFiles.CountBetween(_fileSystem, $"{directory}/{name}", entry.Rows, manifest.Lsn, lsn) ?? entry.Rows);
    }

    private SegmentEntry WithNewestDeletes(SegmentEntry entry, ref ulong lsn)
    {
        string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        foreach (string name in Enumerable.Reverse(_fileSystem.DirectoryExists(directory) ? _fileSystem.ListFiles(directory) : []))
        {
            if (!SegmentFormat.TryParseDeletesFile(name, out ulong number) || number > NewestNumber || number <= Manifest!.Number)
                continue;

            if (SegmentSalvage.SummaryOf(_fileSystem, directory, name) is not { } summary)
                continue;

            using var file = SalvagedFile.Open(_fileSystem, $"{directory}/{name}", BlockFileKind.SegmentDeletes, summary, CancellationToken.None);
            byte[] header = new byte[SegmentFormat.DeletesHeaderBytes];
            if (!file.IsWhole || !file.TryRead(header, 0))
                continue;

            lsn = Math.Max(lsn, BinaryPrimitives.ReadUInt64LittleEndian(header));
            return entry with { Dead = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)), Deletes = summary };
        }

        return entry;
    }

    /// <summary>What a segment says of itself; null where it cannot say.</summary>
    private SegmentEntry? ReadEntry(uint number)
    {
        string directory = $"{SegmentsDirectory}/{SegmentFormat.DirectoryName(number)}";
        var files = _fileSystem.ListFiles(directory)
            .Where(name => !SegmentFormat.TryParseLaterFile(name, out _))
            .Select(name => SegmentSalvage.SummaryOf(_fileSystem, directory, name))
            .OfType<BlockFileSummary>()
            .ToList();
        if (files.Find(file => file.Name == SegmentFormat.PointsFile) is not { } points)
            return null;

        using var file = SalvagedFile.Open(_fileSystem, $"{directory}/{points.Name}", BlockFileKind.SegmentPoints, points, CancellationToken.None);
        byte[] header = new byte[SegmentFormat.PointsHeaderBytes];
        return file.TryRead(header, 0) ? new SegmentEntry(number, BinaryPrimitives.ReadUInt32LittleEndian(header), Dead: 0, files, Deletes: null) : null;
    }

    /// <summary>The lowest and the highest position of a segment's rows; null where not all can be read.</summary>
    private (ulong First, ulong Last)? ReadLsns(SegmentEntry entry)
    {
        var summary = entry.Files.First(file => file.Name == SegmentFormat.PointsFile);
        using var file = SalvagedFile.Open(_fileSystem, SegmentReader.PathOf(SegmentsDirectory, entry, summary), BlockFileKind.SegmentPoints, summary, CancellationToken.None);
        ulong first = ulong.MaxValue, last = 0;
        byte[] row = new byte[PointRow.Bytes];
        for (uint number = 0; number < entry.Rows; number++)
        {
            if (!file.TryRead(row, SegmentFormat.PointsHeaderBytes + ((long)number * PointRow.Bytes)))
                return null;

            ulong lsn = BinaryPrimitives.ReadUInt64LittleEndian(row.AsSpan(16));
            (first, last) = (Math.Min(first, lsn), Math.Max(last, lsn));
        }

        return entry.Rows == 0 ? null : (first, last);
    }
}
