using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

/// <remarks>
/// Damage that is found while the collection serves. What was read when it was opened is in memory and right, so it serves on; but it is red, so that somebody acts before the next start, which would refuse it. A segment with
/// a damaged file is not merged: originals that are mapped would be copied as they are, and get checksums that fit.
/// </remarks>
public sealed partial class Collection
{
    // Segments with a damaged file. Guarded by _applyLock.
    private readonly HashSet<uint> _damagedSegments = [];
    private VectorStoreException? _damage;

    /// <summary>The files of sealed segments, for the scrubber. Any thread; none once the collection is closed.</summary>
    internal IEnumerable<ScrubUnit> ListSealedFiles()
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
    }

    private bool IsNamed(uint segment, BlockFileSummary summary) =>
        Volatile.Read(ref _manifest).Segments.Any(entry => entry.Number == segment && entry.AllFiles.Contains(summary));

    private void ReportDamage(uint segment, VectorStoreException problem)
    {
        lock (_applyLock)
            _damagedSegments.Add(segment);

        Interlocked.CompareExchange(ref _damage, problem, null);
        _options.Log?.Invoke($"collection '{Name}' is red: {DescribeDamage(problem)}");
    }

    private static string DescribeDamage(VectorStoreException problem) =>
        $"{problem.Message}. Found in the background: what is in memory is right, reads and writes go on; but the next start will refuse the collection until it is repaired or restored";
}
