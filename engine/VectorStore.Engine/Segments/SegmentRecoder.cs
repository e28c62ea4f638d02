using VectorStore.Engine.Storage;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Segments;

/// <summary>Makes, of a sealed segment, one with the same rows and graphs and with other codes. Files that stay the same get a second name, those of the codes are written. See docs/decisions/0037.</summary>
/// <remarks>
/// The source serves meanwhile. Both share the bookkeeping of their rows, so what is deleted and changed meanwhile is seen through both, and nothing has to be carried over. Nobody may seal meanwhile: what is linked is
/// the state of the log position that the manifest has.
/// </remarks>
/// <param name="fileSystem">Where.</param>
/// <param name="segmentsDirectory">Of the collection.</param>
/// <param name="source">Sealed, held by the caller.</param>
/// <param name="entry">What the manifest says of it.</param>
/// <param name="schema">What its vectors are to be like.</param>
internal sealed class SegmentRecoder(IFileSystem fileSystem, string segmentsDirectory, Segment source, SegmentEntry entry, VectorSchema schema)
{
    // Vectors that have other codes than in the source.
    private readonly bool[] _isRecoded = new bool[schema.Count];

    /// <summary>The segment in memory, under a number of its own.</summary>
    /// <exception cref="CorruptDataException">A file of the source that would be kept is damaged.</exception>
    public Segment Build(uint number, int threads, BuildProgress progress, CancellationToken cancellationToken)
    {
        for (int vector = 0; vector < _isRecoded.Length; vector++)
            _isRecoded[vector] = source.Built[vector].DifferenceFrom(schema[vector].Config, source.Vectors[vector]) == SegmentDifference.Codes;

        foreach (var file in FilesKept())
            SegmentReader.VerifyFile(fileSystem, segmentsDirectory, entry, file, _ => WorkPace.Checkpoint(cancellationToken), cancellationToken);

        var vectors = new VectorIndex[schema.Count];
        var built = new IndexBuild[schema.Count];
        try
        {
            for (int vector = 0; vector < vectors.Length; vector++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wanted = schema[vector].Config;
                var part = progress.Part(vector / (double)vectors.Length, (vector + 1) / (double)vectors.Length);
                vectors[vector] = _isRecoded[vector]
                    ? SegmentReader.Recode(fileSystem, segmentsDirectory, entry, vector, wanted, threads, part, cancellationToken)
                    : SegmentReader.ReopenVector(fileSystem, segmentsDirectory, entry, source, vector, wanted);
                built[vector] = _isRecoded[vector] ? IndexBuild.Of(vectors[vector]) : source.Built[vector];
            }

            return source.WithRecoded(number, vectors, built);
        }
        catch
        {
            foreach (var vector in vectors)
                vector?.Dispose();

            throw;
        }
    }

    /// <summary>Writes what <see cref="Build"/> made; durable when it returns, but nothing names it yet.</summary>
    public SegmentEntry Write(Segment recoded, CancellationToken cancellationToken)
    {
        string from = $"{segmentsDirectory}/{SegmentFormat.DirectoryName(entry.Number)}";
        var files = new List<BlockFileSummary>();
        SegmentWriter.WriteAside(fileSystem, segmentsDirectory, recoded.Number, aside =>
        {
            foreach (var file in FilesKept())
            {
                fileSystem.LinkOrCopy($"{from}/{file.Name}", $"{aside}/{file.Name}", cancellationToken);
                if (entry.Files.Contains(file))
                    files.Add(file);
            }

            for (int vector = 0; vector < _isRecoded.Length; vector++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_isRecoded[vector])
                    SegmentWriter.WriteCodes(fileSystem, aside, vector, (SealedIndex)recoded.Vectors[vector], files);
            }
        });

        return entry with { Number = recoded.Number, Files = files, Built = recoded.Built };
    }

    private List<BlockFileSummary> FilesKept()
    {
        var anew = Enumerable.Range(0, _isRecoded.Length)
            .Where(vector => _isRecoded[vector])
            .SelectMany(vector => new[] { SegmentFormat.CodesFile(vector), SegmentFormat.CalibrationFile(vector) })
            .ToHashSet(StringComparer.Ordinal);
        return [.. entry.AllFiles.Where(file => !anew.Contains(file.Name))];
    }
}
