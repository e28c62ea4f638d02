namespace VectorStore.Engine.Segments;

/// <summary>How much a search may spend.</summary>
internal sealed partial class SealedIndex
{
    /// <summary>The one place that decides about the beam and the candidates of a search.</summary>
    /// <remarks>
    /// What the caller says comes first, then the calibrated setting for the target, then the configuration. A filter changes nothing here: the walk itself widens its
    /// beam by the share of accepted points that it meets. Nor do deletions, which are such a filter.
    /// </remarks>
    private SearchEffort EffortFor(in IndexQuery query, int wanted, SealedWalk walk)
    {
        int ef = query.Ef == 0 ? Config.Hnsw.EfSearch : query.Ef;
        bool rescores = walk.Codes.IsLossy && !query.SkipRescoring;
        bool asked = query.Oversampling != 0;
        double? recall = null;
        int? calibrated = null;
        if (query.TargetRecall > 0 && query.Ef == 0)
        {
            if (_calibration is { } calibration)
            {
                var setting = calibration.Choose(query.TargetRecall, wanted);
                ef = Math.Min(setting.Ef, Math.Max(SearchEffort.EfMax, wanted));
                calibrated = setting.Candidates;
                recall = asked || query.SkipRescoring ? null : setting.Recall;
            }
            else
            {
                ef = (int)Math.Min(Math.Ceiling(ef * SearchEffort.WideningFor(query.TargetRecall)), SearchEffort.EfMax);
            }
        }

        double oversampling = !rescores ? 1 : asked ? query.Oversampling : calibrated is { } count ? count / (double)wanted : walk.Codes.DefaultOversampling;
        int least = (int)Math.Min(Math.Max(wanted, Math.Ceiling(oversampling * wanted)), walk.Count);
        ef = Math.Max(ef, least);

        // Where nobody says how many, the whole beam may be measured again, and measuring ends when it cannot change the answer any more. What was calibrated was
        // calibrated without that.
        return rescores && !asked && calibrated is null
            ? new SearchEffort(ef, (int)Math.Min((uint)ef, walk.Count), MayStop: true, recall)
            : new SearchEffort(ef, least, MayStop: false, recall);
    }
}
