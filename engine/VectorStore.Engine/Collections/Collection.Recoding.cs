using VectorStore.Engine.Collections;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine;

/// <remarks>
/// Recoding: rebuilding of a segment of which only the codes are to be others. Its rows, dead ones included, and its graph stay; a segment of another number shares their files, and what is known of the rows in memory. In an
/// order that a crash at any point leaves the old segment or the new one: make the codes → link and write the files → manifest at the same log position as before → swap in memory.
/// </remarks>
public sealed partial class Collection
{
    private async Task RecodeAsync(Segment segment, OptimizerTerms terms)
    {
        using var lease = Lease();
        var schema = _schema;
        ulong lsn = lease.View.Lsn;
        await RunJobAsync(OptimizerJobKind.Rebuild, [segment], terms, run =>
        {
            if (!TryRecode(segment, schema, terms, run))
                Merge([segment], lsn, schema, terms, run);
        }).ConfigureAwait(false);
    }

    /// <summary>False where a file that would be kept is damaged: what is in memory may be whole, and then a merge makes sound files of it.</summary>
    private bool TryRecode(Segment segment, VectorSchema schema, OptimizerTerms terms, OptimizerRun run)
    {
        uint number;
        SegmentEntry source;
        lock (_applyLock)
        {
            number = _nextSegment++;
            source = segment.Sealed!;
        }

        var recoder = new SegmentRecoder(_fileSystem, SegmentsDirectory, segment, source, schema);
        Segment recoded;
        try
        {
            recoded = Build(terms, threads => recoder.Build(number, threads, new BuildProgress(run.Report, 0, BuiltShare), terms.Building));
        }
        catch (CorruptDataException damage)
        {
            _options.Log?.Invoke($"collection '{Name}': segment {segment.Number} is rebuilt with a new graph, since files of it cannot be kept: {damage.Message}");
            return false;
        }

        try
        {
            run.Report(OptimizerPhase.Write, BuiltShare);
            var entry = WriteRecoded(recoder, recoded, terms.Writing);
            lock (_manifestWriting)
                ReplaceLocked(segment, recoded, entry);

            return true;
        }
        catch
        {
            recoded.Release();
            throw;
        }
    }

    private SegmentEntry WriteRecoded(SegmentRecoder recoder, Segment recoded, CancellationToken cancellationToken)
    {
        try
        {
            var entry = recoder.Write(recoded, cancellationToken);
            foreach (var parts in SegmentReader.OpenWritten(_fileSystem, SegmentsDirectory, entry, recoded))
                parts.Use();

            return entry;
        }
        catch (Exception problem) when (problem is VectorStoreException or OperationCanceledException)
        {
            RemoveUnnamedSegment(recoded.Number);
            throw;
        }
    }

    private void ReplaceLocked(Segment segment, Segment recoded, SegmentEntry entry)
    {
        // It says of the rows what the one before said, so the log has nothing to be asked for.
        Manifest manifest;
        lock (_applyLock)
        {
            manifest = _manifest with
            {
                Number = _nextManifest++,
                NextSegment = _nextSegment,
                Segments = [.. _manifest.Segments.Select(existing => existing.Number == segment.Number ? entry : existing)],
            };
        }

        WriteManifest(manifest);
        lock (_applyLock)
        {
            Volatile.Write(ref _manifest, manifest);
            recoded.Sealed = entry;
            _segments[_segments.IndexOf(segment)] = recoded;
            PublishLocked();
        }

        _obsolete.Add((segment.Number, manifest.Number));
        segment.Release();
        Prune();
        _options.Log?.Invoke($"collection '{Name}': segment {segment.Number} was given other codes, as segment {recoded.Number} of {recoded.Points.Count} rows");
    }
}
