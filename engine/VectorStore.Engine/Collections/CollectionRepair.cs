using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>Repairing one collection that nobody has open: first what is wrong and what that costs, changing nothing; then a sound collection of the rest, beside it.</summary>
internal sealed partial class CollectionRepair : IDisposable
{
    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly string _name;
    private readonly string _scratch;
    private readonly List<FileDamage> _damages = [];
    private readonly List<string> _actions = [];
    private readonly List<RepairLoss> _losses = [];

    // Names below the collection's directory, of what is damaged or cannot be judged without what is.
    private readonly List<string> _originals = [];

    // In the manifest's order; the salvage of a segment that is not sound.
    private readonly List<(SegmentEntry Entry, SegmentSalvage? Salvage, SegmentVerdict? Verdict)> _segments = [];

    private ManifestSalvage _manifests = null!;
    private WalSalvage _log = null!;
    private IPayloadStore? _payloadStore;
    private bool _hasTriedPayloadStore;

    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the collection.</param>
    /// <param name="name">Of the collection.</param>
    /// <param name="scratch">A directory that is there, and that nobody minds.</param>
    private CollectionRepair(IFileSystem fileSystem, string directory, string name, string scratch)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _name = name;
        _scratch = scratch;
    }

    /// <summary>Whether anything is wrong.</summary>
    public bool IsSound => _damages.Count == 0;

    /// <summary>Whether there is nothing that could be kept: no manifest says what the collection was.</summary>
    public bool IsLost => _manifests.Manifest is null;

    /// <summary>Files and directories, below the collection's, whose contents do not all come into the repaired one.</summary>
    public IReadOnlyList<string> Originals => _originals;

    /// <summary>Reads everything, and changes nothing but the scratch directory.</summary>
    /// <exception cref="UnsupportedFormatVersionException">A newer version wrote it: then it is none of our business.</exception>
    public static CollectionRepair Survey(IFileSystem fileSystem, string directory, string name, string scratch, CancellationToken cancellationToken)
    {
        var repair = new CollectionRepair(fileSystem, directory, name, scratch);
        try
        {
            repair.Survey(cancellationToken);
            return repair;
        }
        catch
        {
            repair.Dispose();
            throw;
        }
    }

    public RepairReport ToReport(RepairState state) => new(_name, state) { Damages = _damages, Actions = _actions, Losses = _losses };

    public void Dispose()
    {
        foreach (var (_, salvage, _) in _segments)
            salvage?.Dispose();

        _payloadStore?.Dispose();
    }

    private string SegmentsDirectory => $"{_directory}/{Collection.SegmentsName}";

    private string LogDirectory => $"{_directory}/{Collection.LogName}";

    private void Survey(CancellationToken cancellationToken)
    {
        var tally = new VerifyTally();
        var verifier = new CollectionVerifier(_fileSystem, _directory, tally, cancellationToken);
        verifier.CheckManifests();
        bool areManifestsWhole = TakeDamages(tally, 0);
        _manifests = ManifestSalvage.Find(_fileSystem, _directory);
        if (!areManifestsWhole)
            _originals.AddRange(_fileSystem.ListFiles(_directory));

        if (_manifests.Action is { } action)
            _actions.Add(action);
        if (_manifests.Manifest is not { } manifest)
        {
            GiveUp();
            return;
        }

        foreach (var (entry, points) in _manifests.LostPayloadChanges)
            AddLoss(RepairLossKind.Payloads, entry, points, [], $"changes of the payloads of {points} points of segment {entry.Number}: only a damaged manifest named them; they are as they were before");

        SurveySegments(manifest, cancellationToken);
        int before = tally.Damages.Count;
        verifier.CheckPayloads(manifest.Payloads, () => manifest.Payloads);
        if (!TakeDamages(tally, before))
        {
            _originals.Add(PayloadDirectories.NameOf(_fileSystem, _directory, manifest.Payloads));
            _actions.Add("the payload store is made again of the segments and the log when the collection is opened");
        }

        SurveyLog(manifest, cancellationToken);
    }

    private bool TakeDamages(VerifyTally tally, int from)
    {
        _damages.AddRange(tally.Damages.Skip(from));
        return tally.Damages.Count == from;
    }

    private void GiveUp()
    {
        long rows = 0;
        foreach (string number in _fileSystem.DirectoryExists(SegmentsDirectory) ? _fileSystem.ListDirectories(SegmentsDirectory) : [])
        {
            string path = $"{SegmentsDirectory}/{number}/{SegmentFormat.PointsFile}";
            using var file = _fileSystem.FileExists(path) ? _fileSystem.OpenFile(path, FileAccessMode.Read) : null;
            rows += Math.Max(0, (file?.Length ?? 0) - BlockFileFormat.TrailerBytes) / PointRow.Bytes;
        }

        _actions.Add("the collection is taken out of the database: no manifest that says what it was can be read");
        _losses.Add(new RepairLoss
        {
            Kind = RepairLossKind.Collection,
            Message = $"the whole collection '{_name}', whose sealed segments have about {rows} rows; a snapshot of it can still be restored",
            Points = rows,
        });
    }

    private void SurveySegments(Manifest manifest, CancellationToken cancellationToken)
    {
        var schema = new VectorSchema(manifest.Config);
        foreach (var entry in manifest.Segments)
        {
            var tally = new VerifyTally();
            SegmentReader.Verify(_fileSystem, SegmentsDirectory, entry, tally, cancellationToken);
            bool isSound = TakeDamages(tally, 0);
            _segments.Add((entry, isSound ? null : SegmentSalvage.Open(_fileSystem, SegmentsDirectory, entry, schema, cancellationToken), null));
        }

        if (_segments.Any(segment => segment.Salvage is { HasLostDeletes: true }))
        {
            var newest = FindNewestRows(schema, cancellationToken);
            foreach (var (_, salvage, _) in _segments)
                salvage?.MarkSuperseded(newest);
        }

        for (int index = 0; index < _segments.Count; index++)
        {
            if (_segments[index] is not (var entry, { } salvage, _))
                continue;

            var verdict = salvage.Judge(key => PayloadStore(manifest)?.TryGet(key, new System.Buffers.ArrayBufferWriter<byte>()) == true, cancellationToken);
            _segments[index] = (entry, salvage, verdict);
            _originals.Add($"{Collection.SegmentsName}/{SegmentFormat.DirectoryName(entry.Number)}");
            Report(entry, salvage, verdict);
        }
    }

    private void Report(SegmentEntry entry, SegmentSalvage salvage, SegmentVerdict verdict)
    {
        long lost = verdict.Lost.Count + (long)verdict.LostUnknown;
        _actions.Add(verdict.Kept.Count == 0
            ? $"segment {entry.Number} is left out: none of its points can be read"
            : $"segment {entry.Number} is written again with {verdict.Kept.Count} points, its codes and graph made anew");
        if (lost > 0)
        {
            AddLoss(
                RepairLossKind.Points, entry, lost, verdict.Lost,
                $"{lost} of {lost + verdict.Kept.Count} points of segment {entry.Number}; the ids of {verdict.Lost.Count} of them can be read");
        }

        if (verdict.WithoutPayload.Count > 0)
            AddLoss(RepairLossKind.Payloads, entry, verdict.WithoutPayload.Count, verdict.WithoutPayload, $"the payloads of {verdict.WithoutPayload.Count} points of segment {entry.Number}, which stay without");

        if (salvage.LostChanges > 0)
        {
            AddLoss(
                RepairLossKind.Payloads, entry, salvage.LostChanges, [],
                $"changes of the payloads of {salvage.LostChanges} points of segment {entry.Number}: they are as they were before, or without");
        }

        if (salvage.UndecidedDead > 0)
        {
            AddLoss(
                RepairLossKind.Deletions, entry, salvage.UndecidedDead, [],
                $"which {salvage.UndecidedDead} rows of segment {entry.Number} were dead: as many points that were deleted are back, at most");
        }
    }

    private void AddLoss(RepairLossKind kind, SegmentEntry entry, long points, IReadOnlyList<PointId> ids, string message) =>
        _losses.Add(new RepairLoss { Kind = kind, Message = message, Segment = entry.Number, Points = points, PointIds = ids });

    /// <summary>The position of the newest row of each id that can be read.</summary>
    private Dictionary<PointId, ulong> FindNewestRows(VectorSchema schema, CancellationToken cancellationToken)
    {
        var newest = new Dictionary<PointId, ulong>();
        foreach (var (entry, damaged, _) in _segments)
        {
            using var sound = damaged is null ? SegmentSalvage.Open(_fileSystem, SegmentsDirectory, entry, schema, cancellationToken) : null;
            foreach (var row in (damaged ?? sound!).ReadableRows)
                newest[row.Id] = Math.Max(row.Lsn, newest.GetValueOrDefault(row.Id));
        }

        return newest;
    }

    private void SurveyLog(Manifest manifest, CancellationToken cancellationToken)
    {
        var tally = new VerifyTally();
        tally.Check(() => WriteAheadLog.Verify(_fileSystem, LogDirectory, manifest.Id, manifest.Lsn, manifest.DurableLsn));
        _log = WalSalvage.Survey(_fileSystem, LogDirectory, manifest.Id, manifest.Lsn, manifest.DurableLsn, cancellationToken);
        if (TakeDamages(tally, 0))
            return;

        _originals.Add(Collection.LogName);
        _actions.Add($"the log is written again from position {manifest.Lsn + 1} to {_log.LastLsn}");
        foreach (var (first, last) in _log.Lost)
        {
            _losses.Add(new RepairLoss
            {
                Kind = RepairLossKind.LogRecords,
                Message = $"log records LSN {first} to {last}: what they stored is missing or as it was before, what they deleted is back",
                FirstLsn = first,
                LastLsn = last,
            });
        }
    }

    /// <summary>The payload store as of the manifest, opened on a copy: recovering changes files. Null where it is not whole.</summary>
    private IPayloadStore? PayloadStore(Manifest manifest)
    {
        if (_hasTriedPayloadStore)
            return _payloadStore;

        _hasTriedPayloadStore = true;
        string source = $"{_directory}/{PayloadDirectories.NameOf(_fileSystem, _directory, manifest.Payloads)}";
        if (manifest.Payloads.Token.Length == 0 || !_fileSystem.DirectoryExists(source))
            return null;

        string copy = $"{_scratch}/{PayloadDirectories.First}";
        _fileSystem.CreateDirectory(copy);
        try
        {
            foreach (string file in _fileSystem.ListFiles(source))
                _fileSystem.Copy($"{source}/{file}", $"{copy}/{file}", CancellationToken.None);
        }
        catch (StorageException problem) when (problem.Reason != ErrorReason.StorageFull)
        {
            // What cannot be read cannot help.
            return null;
        }

        return _payloadStore = new FasterPayloadStoreProvider(_fileSystem).TryRecover(copy, manifest.Payloads, out _);
    }
}
