using VectorStore.Engine.Distance;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization;

namespace VectorStore.Engine.Segments;

/// <summary>Finds the candidates of one search by their codes: by a walk through the graph or, where that does not pay or find enough, by a scan. Compiled for each encoding and accept-set.</summary>
/// <remarks>A mutable struct, so that it is passed without an allocation; it lives for one call.</remarks>
internal struct CandidateSearch<TFilter>(
    SealedWalk walk, TFilter filter, double acceptedShare, SearchEffort effort, bool walks, SealedScratch scratch, CancellationToken cancellationToken) : IScorerAction
    where TFilter : struct, IPointFilter
{
    private const uint PlacesPerCancellationCheck = 16_384;

    // From this share of accepted places on, a walk that asks for none of them and a wider beam cost less than asking.
    private const double FreeWalkShare = 0.5;

    // Standard deviations by which the beam is wider than it must be on average, so that it seldom holds too few accepted places.
    private const double FreeWalkReserve = 3;

    /// <summary>How many candidates <see cref="SealedScratch.Found"/> holds.</summary>
    public int Found { get; private set; }

    /// <summary>What the estimates mean.</summary>
    public EstimateScale Scale { get; private set; }

    /// <summary>Whether the codes were scanned.</summary>
    public bool Scanned { get; private set; }

    /// <summary>Estimates made.</summary>
    public long Distances { get; private set; }

    public void Run<TScorer>(TScorer scorer, EstimateScale scale)
        where TScorer : struct, IPointScorer
    {
        Scale = scale;
        if (walks && Walk(scorer))
            return;

        Scanned = true;
        Scan(scorer);
    }

    private bool Walk<TScorer>(TScorer scorer)
        where TScorer : struct, IPointScorer
    {
        if (typeof(TFilter) != typeof(AcceptAll) && acceptedShare >= FreeWalkShare && WalkFreely(scorer))
            return true;

        // Where all are accepted nothing is looked up for a place: by far the most common case, and the only one that need not know rows.
        var results = scratch.RoomFor(effort.Candidates);
        bool finished = true;
        int found;
        if (typeof(TFilter) == typeof(AcceptAll))
            found = walk.Walk(scorer, effort.Ef, results, scratch);
        else
            finished = walk.Graph.TrySearch(scorer, new PlaceFilter<TFilter>(walk.Rows, filter), effort.Ef, results, out found, scratch.Graph);

        Found = found;
        Distances += scratch.Graph.Measured;
        return finished && found >= effort.Wanted;
    }

    /// <summary>Walks as if all places were accepted, with a beam that is wider by their share, and leaves the others out afterwards. False where too few are left, because the query is near to others.</summary>
    private bool WalkFreely<TScorer>(TScorer scorer)
        where TScorer : struct, IPointScorer
    {
        int wanted = Math.Max(effort.Ef, effort.Candidates);
        double width = (wanted + (FreeWalkReserve * Math.Sqrt(wanted * (1 - acceptedShare)))) / acceptedShare;
        var beam = scratch.RoomFor((int)Math.Min(Math.Ceiling(width), walk.Count));
        int found = walk.Walk(scorer, beam.Length, beam, scratch);
        Distances = scratch.Graph.Measured;
        var accepts = new PlaceFilter<TFilter>(walk.Rows, filter);
        int kept = 0;
        foreach (var place in beam[..found])
        {
            if (accepts.Accepts(place.Offset))
                beam[kept++] = place;
        }

        if (kept < wanted)
            return false;

        Found = effort.Candidates;
        return true;
    }

    private void Scan<TScorer>(TScorer scorer)
        where TScorer : struct, IPointScorer
    {
        var best = scratch.Candidates;
        best.Reset(effort.Candidates);
        var accepts = new PlaceFilter<TFilter>(walk.Rows, filter);
        for (uint start = 0; start < walk.Count; start += PlacesPerCancellationCheck)
        {
            cancellationToken.ThrowIfCancellationRequested();
            uint end = Math.Min(walk.Count, start + PlacesPerCancellationCheck);
            for (uint place = start; place < end; place++)
            {
                var offset = new PointOffset(place);
                if (typeof(TFilter) != typeof(AcceptAll) && !accepts.Accepts(offset))
                    continue;

                best.Offer(offset, scorer.Distance(offset));
                Distances++;
            }
        }

        var kept = best.Finish();
        kept.CopyTo(scratch.Found);
        Found = kept.Length;
    }
}
