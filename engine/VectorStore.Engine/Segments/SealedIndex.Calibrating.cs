using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Segments;

/// <summary>Measuring, once the index is built, what it finds with how much effort.</summary>
/// <remarks>
/// Sample queries are stored rows, each hidden from its own walks and left out of its own truth. That is what a query of the same origin as the rows looks like to
/// the index: neither at a point of the graph, nor off the rows' distribution, as rows with noise added would be. One walk of a width gives the recall of every
/// number of candidates up to what it keeps, because measuring a true neighbour again never loses it. See docs/tuning.md.
/// </remarks>
internal sealed partial class SealedIndex
{
    // As many samples as the scan for their truth allows at this many products; few samples have a large error, and no more are worth it.
    private const double TruthProductsMax = 6e9;
    private const int SampleQueriesMin = 96;
    private const int SampleQueriesMax = 256;
    private const int SampleSeed = 20_011;
    private const int CalibratedEfMax = 2_048;
    private const int TruthBlockBytes = 64 * 1024;

    // Beyond this a wider beam has nothing left to find that anybody may ask for.
    private const double RecallEnough = 0.999;

    // From one width to the next: small enough that a search takes little more than it needs.
    private const double EfStep = 1.25;

    // The narrowest beam, as a share of the fewest results; and what a walk keeps beyond its beam, in times of the most.
    private const double NarrowestShare = 0.5;
    private const int KeptPerWanted = 3;

    // Few rows say little about many results.
    private const int RowsPerWantedMin = 5;

    // What a distance costs, for choosing between settings: a read from memory that is under way already, and the arithmetic.
    private const double CodeNanoseconds = 8;
    private const double CodeBytesPerNanosecond = 24;
    private const double OriginalNanoseconds = 40;
    private const double OriginalBytesPerNanosecond = 24;
    private const double OriginalOnDiskNanoseconds = 5_000;

    // Finding the truth is this much of the whole, roughly.
    private const double SampledShare = 0.5;

    private static readonly int[] s_calibratedWanted = [10, 100];
    private static readonly double[] s_calibratedOversampling = [1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32];

    private Calibration? Calibrate(int threads, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (_walk is not { } walk)
            return null;

        int[] levels = [.. s_calibratedWanted.Where(wanted => wanted * (long)RowsPerWantedMin <= walk.Count)];
        if (levels.Length == 0)
            return null;

        var parallel = WorkPace.Loop(threads, cancellationToken);
        var samples = TakeSamples(walk, levels[^1] + 1, parallel);
        progress?.Report(SampledShare);
        var measured = levels.ToDictionary(wanted => wanted, _ => new List<CalibratedSetting>());
        var open = new List<int>(levels);
        int efMax = (int)Math.Min(CalibratedEfMax, walk.Count);
        for (double width = levels[0] * NarrowestShare; open.Count > 0; width *= EfStep)
        {
            int ef = (int)Math.Min(Math.Ceiling(width), efMax);
            MeasureWidth(walk, samples, ef, open, measured, parallel);
            progress?.Report(SampledShare + ((1 - SampledShare) * Math.Log(width / (levels[0] * NarrowestShare)) / Math.Log(CalibratedEfMax / (levels[0] * NarrowestShare))));
            if (ef == efMax)
                break;

            open.RemoveAll(wanted => measured[wanted].Exists(setting => setting.Recall >= RecallEnough));
        }

        return new Calibration(samples.Length, [.. levels.Select(wanted => CalibrationLevel.FromMeasured(wanted, measured[wanted]))]);
    }

    /// <summary>Rows spread evenly over the graph's order, which keeps neighbours together: all regions have their share.</summary>
    private SampleQuery[] TakeSamples(SealedWalk walk, int truthCount, ParallelOptions parallel)
    {
        var random = new Random(SampleSeed);
        double affordable = TruthProductsMax / ((double)Count * Config.Dimension);
        int count = (int)Math.Min(Math.Clamp(affordable, SampleQueriesMin, SampleQueriesMax), walk.Count);
        uint[] places = [.. Enumerable.Range(0, count).Select(sample => (uint)Math.Min(walk.Count - 1, (sample + random.NextDouble()) * walk.Count / count))];
        uint[] rows = Array.ConvertAll(places, place => walk.Rows[place]);
        var pools = new ResultPool[count];
        int parts = Math.Min(parallel.MaxDegreeOfParallelism, count);
        Parallel.For(0, parts, parallel, part =>
        {
            var mine = rows.AsSpan((int)((long)count * part / parts)..(int)((long)count * (part + 1) / parts)).ToArray();
            FindNearest(mine, truthCount + 1, parallel.CancellationToken).CopyTo(pools, (int)((long)count * part / parts));
        });

        return [.. places.Select((place, sample) => new SampleQuery(
            new PointOffset(place),
            new PointOffset(rows[sample]),
            [.. pools[sample].Finish().ToArray().Where(point => point.Offset.Value != rows[sample]).Take(truthCount)]))];
    }

    private ResultPool[] FindNearest(uint[] rows, int wanted, CancellationToken cancellationToken) => Config.Metric switch
    {
        Metric.Cosine or Metric.Dot => FindNearest<NegatedDot>(rows, wanted, cancellationToken),
        Metric.Euclidean => FindNearest<SquaredEuclidean>(rows, wanted, cancellationToken),
        _ => FindNearest<Manhattan>(rows, wanted, cancellationToken),
    };

    /// <summary>Scans the originals for all queries at once, a block of rows at a time, so that each row is read from memory once.</summary>
    private ResultPool[] FindNearest<TDistance>(uint[] rows, int wanted, CancellationToken cancellationToken)
        where TDistance : struct, IVectorDistance
    {
        var queries = new NativeArena[rows.Length];
        try
        {
            var scorers = new RowScorer<TDistance>[rows.Length];
            var pools = new ResultPool[rows.Length];
            for (int query = 0; query < rows.Length; query++)
            {
                queries[query] = new NativeArena((long)Config.Dimension * sizeof(float));
                queries[query].EnsureCommitted((long)Config.Dimension * sizeof(float));
                Rows.Row(new PointOffset(rows[query])).CopyTo(queries[query].Slice<float>(0, Config.Dimension));
                scorers[query] = ScorerFor<TDistance>(queries[query]);
                pools[query] = new ResultPool();
                pools[query].Reset(wanted);
            }

            uint rowsPerBlock = (uint)Math.Max(1, TruthBlockBytes / Rows.StrideBytes);
            for (uint start = 0; start < Count; start += rowsPerBlock)
            {
                WorkPace.Checkpoint(cancellationToken);
                uint end = Math.Min(Count, start + rowsPerBlock);
                for (int query = 0; query < scorers.Length; query++)
                    Scan(scorers[query], default(AcceptAll), start, end, pools[query], cancellationToken);
            }

            return pools;
        }
        finally
        {
            foreach (var query in queries)
                query?.Dispose();
        }
    }

    private void MeasureWidth(
        SealedWalk walk, SampleQuery[] samples, int ef, List<int> levels, Dictionary<int, List<CalibratedSetting>> measured, ParallelOptions parallel)
    {
        int kept = KeptFor(walk, levels.Max(), ef);
        int[][] candidates = [.. levels.Select(wanted => CandidateCounts(walk, wanted, ef))];
        long[] distances = new long[samples.Length];
        var correct = new int[samples.Length][][];
        Parallel.For(0, samples.Length, parallel, sample =>
        {
            WorkPace.Checkpoint(parallel.CancellationToken);
            var scratch = _scratch.Rent();
            try
            {
                scratch.PrepareFor(walk, kept);
                var query = Rows.Row(samples[sample].Row);
                scratch.SetQuery(query);
                var action = new CalibrationWalk(walk, samples[sample].Place, ef, kept, scratch);
                walk.Codes.Score(query, scratch.Prepared!, ref action);
                distances[sample] = scratch.Graph.Measured;
                correct[sample] = [.. levels.Select((wanted, level) => CountCorrect(walk, samples[sample], wanted, candidates[level], action.Found, scratch))];
            }
            finally
            {
                _scratch.Return(scratch);
            }
        });

        double walkNanoseconds = distances.Average() * (CodeNanoseconds + (walk.Codes.MemoryBytes / (double)walk.Count / CodeBytesPerNanosecond));
        double rescoringNanoseconds = !walk.Codes.IsLossy ? 0
            : Config.Placement.Originals == Placement.Disk ? OriginalOnDiskNanoseconds
            : OriginalNanoseconds + (Rows.StrideBytes / OriginalBytesPerNanosecond);
        for (int level = 0; level < levels.Count; level++)
        {
            for (int step = 0; step < candidates[level].Length; step++)
            {
                double[] recalls = [.. correct.Select(counts => counts[level][step] / (double)levels[level])];
                double mean = recalls.Average();
                double variance = recalls.Sum(recall => (recall - mean) * (recall - mean)) / Math.Max(1, recalls.Length - 1);
                double recall = Math.Max(0, mean - Math.Sqrt(variance / recalls.Length));
                double cost = walkNanoseconds + (candidates[level][step] * rescoringNanoseconds);
                measured[levels[level]].Add(new CalibratedSetting(ef, candidates[level][step], (float)recall, (float)cost));
            }
        }
    }

    /// <summary>Numbers of candidates that a walk with this beam can give; none where it is far narrower than the results wanted.</summary>
    private static int[] CandidateCounts(SealedWalk walk, int wanted, int ef)
    {
        if (ef < wanted * NarrowestShare || (ef < wanted && !walk.Codes.IsLossy))
            return [];

        int most = KeptFor(walk, wanted, ef);
        return walk.Codes.IsLossy
            ? [.. s_calibratedOversampling.Select(times => (int)Math.Ceiling(times * wanted)).Where(count => count <= most)]
            : [wanted];
    }

    /// <summary>How many points a walk with this beam keeps.</summary>
    private static int KeptFor(SealedWalk walk, int wanted, int ef) => (int)Math.Min(Math.Max(ef, KeptPerWanted * wanted), walk.Count);

    /// <summary>How many of the nearest are among the first candidates, for each number of candidates.</summary>
    private int[] CountCorrect(SealedWalk walk, SampleQuery sample, int wanted, int[] candidates, int found, SealedScratch scratch)
    {
        int[] counts = new int[candidates.Length];
        bool hasTies = sample.HasTies(wanted);
        int correct = 0, passed = 0, next = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            for (; next < found && passed < candidates[i]; next++)
            {
                var place = scratch.Found[next].Offset;
                if (place == sample.Place)
                    continue;

                passed++;
                var row = new PointOffset(walk.Rows[place.Value]);
                if (sample.IsNearest(row, wanted) || (hasTies && ExactDistance(row, scratch) <= sample.Farthest(wanted)))
                    correct++;
            }

            counts[i] = Math.Min(correct, wanted);
        }

        return counts;
    }

    private float ExactDistance(PointOffset row, SealedScratch scratch) => Config.Metric switch
    {
        Metric.Cosine or Metric.Dot => ScorerFor<NegatedDot>(scratch.Query).Distance(row),
        Metric.Euclidean => ScorerFor<SquaredEuclidean>(scratch.Query).Distance(row),
        _ => ScorerFor<Manhattan>(scratch.Query).Distance(row),
    };
}
