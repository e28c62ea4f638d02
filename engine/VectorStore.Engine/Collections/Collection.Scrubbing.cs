using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine;

/// <remarks>
/// Damage that is found while the collection serves. What was read when it was opened is in memory and right, so it serves on; but it is red, so that somebody acts before the next start, which would refuse it. A segment with
/// a damaged file is not merged, nor rebuilt: a copy checks what it reads, so it could only fail again. A damaged payload store is no damage of the collection: it is made anew of segments and log by the next start.
/// </remarks>
public sealed partial class Collection
{
    // As often as the payload store is checkpointed while it is read.
    private const int ScrubPayloadsTriesMax = 4;

    // Segments with a damaged file. Guarded by _applyLock.
    private readonly HashSet<uint> _damagedSegments = [];

    // What was found first and is still needed. Guarded by _applyLock.
    private VectorStoreException? _damage;
    private Func<bool>? _isDamageStillNeeded;

    // The directory of a payload store that is damaged; null: none is.
    private volatile string? _damagedPayloads;

    /// <summary>What the scrubber reads: sealed segments, log files that take no more records, and the payload store as of its last checkpoint. Any thread; none once the collection is closed.</summary>
    internal IEnumerable<ScrubUnit> ListScrubUnits()
    {
        if (Volatile.Read(ref _closed) != 0)
            yield break;

        string name = _directory[(_directory.LastIndexOf('/') + 1)..];
        foreach (var entry in Volatile.Read(ref _manifest).Segments)
        {
            foreach (var summary in entry.AllFiles)
            {
                string path = SegmentReader.PathOf(SegmentsDirectory, entry, summary);
                yield return new ScrubUnit(
                    $"{name}{path[_directory.Length..]}",
                    path,
                    summary.Bytes,
                    (onRead, cancellationToken) => SegmentReader.VerifyFile(_fileSystem, SegmentsDirectory, entry, summary, onRead, cancellationToken),
                    () => Volatile.Read(ref _closed) == 0 && IsNamed(entry.Number, summary),
                    problem => ReportDamage(entry.Number, problem));
            }
        }

        foreach (var file in _log.ClosedFiles)
        {
            yield return new ScrubUnit(
                $"{name}{file.Path[_directory.Length..]}",
                file.Path,
                file.Bytes,
                (onRead, cancellationToken) => file.Verify(_fileSystem, onRead, cancellationToken),
                () => Volatile.Read(ref _closed) == 0 && IsLogged(file),
                problem => ReportLogDamage(file, problem));
        }

        if (Volatile.Read(ref _manifest).Payloads.Token.Length > 0)
        {
            string payloads = $"{_directory}/{_payloadsName}";
            yield return new ScrubUnit(
                $"{name}/{_payloadsName}",
                payloads,
                _payloads.LogBytes,
                (onRead, cancellationToken) => VerifyPayloads(payloads, onRead, cancellationToken),
                () => Volatile.Read(ref _closed) == 0 && $"{_directory}/{_payloadsName}" == payloads,
                problem => ReportPayloadDamage(payloads, problem));
        }
    }

    private bool IsNamed(uint segment, BlockFileSummary summary) =>
        Volatile.Read(ref _manifest).Segments.Any(entry => entry.Number == segment && entry.AllFiles.Contains(summary));

    private bool IsLogged(WalClosedFile file) => _log.ClosedFiles.Any(kept => kept.Path == file.Path && kept.Header == file.Header);

    /// <summary>Reads the payload store as of the checkpoint that the manifest names; what a seal replaces meanwhile is no damage.</summary>
    private void VerifyPayloads(string directory, Action<long> onRead, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            var checkpoint = Volatile.Read(ref _manifest).Payloads;
            try
            {
                PayloadStoreVerifier.Verify(_fileSystem, directory, checkpoint, Check, onRead, cancellationToken);
                return;
            }
            catch (VectorStoreException) when (tries < ScrubPayloadsTriesMax && Volatile.Read(ref _manifest).Payloads != checkpoint)
            {
                // The files of that checkpoint may be gone.
            }
        }

        bool Check(Func<long> check)
        {
            onRead(check());
            return true;
        }
    }

    private void ReportDamage(uint segment, VectorStoreException problem)
    {
        lock (_applyLock)
            _damagedSegments.Add(segment);

        TurnRedWhile(() => Volatile.Read(ref _manifest).Segments.Any(entry => entry.Number == segment), problem);
    }

    /// <summary>Everything that the log holds is in memory, so sealing it makes the file useless, and the collection is well again.</summary>
    private void ReportLogDamage(WalClosedFile file, VectorStoreException problem) => TurnRedWhile(() => IsLogged(file), problem);

    /// <summary>The store is made of segments and log, so nothing is lost: the next opening finds the same, and makes it anew.</summary>
    private void ReportPayloadDamage(string directory, VectorStoreException problem)
    {
        if (_damagedPayloads == directory)
            return;

        _damagedPayloads = directory;
        _options.Log?.Invoke(
            $"collection '{Name}': {problem.Message}. That is the payload store, which is made of segments and log: nothing is lost, and the next start makes it anew; until then payloads in the damaged part cannot be read");
    }

    private void TurnRedWhile(Func<bool> isStillNeeded, VectorStoreException problem)
    {
        lock (_applyLock)
        {
            if (_damage is null || !_isDamageStillNeeded!())
                (_damage, _isDamageStillNeeded) = (problem, isStillNeeded);
        }

        _options.Log?.Invoke($"collection '{Name}' is red: {DescribeDamage(problem)}");
    }

    private VectorStoreException? CurrentDamage()
    {
        lock (_applyLock)
            return _damage is not null && _isDamageStillNeeded!() ? _damage : null;
    }

    /// <summary>Tells of damage that a job met in a file of a segment it was reading; of other failures, which the job may have itself, nothing.</summary>
    private void ReportDamage(IReadOnlyList<Segment> sources, VectorStoreException problem)
    {
        if (problem is StorageException { Errno: not StorageException.ErrnoIo } || FileDamage.From(problem) is not { } damage)
            return;

        foreach (var source in sources)
        {
            if (source.Sealed is { } entry && entry.AllFiles.Any(file => SegmentReader.PathOf(SegmentsDirectory, entry, file) == damage.File))
                ReportDamage(source.Number, problem);
        }
    }

    private int CountDamagedSegments()
    {
        lock (_applyLock)
            return _damagedSegments.Count;
    }

    private static string DescribeDamage(VectorStoreException problem) =>
        $"{problem.Message}. Found in the background: what is in memory is right, reads and writes go on; but the next start will refuse the collection until it is repaired or restored";
}
