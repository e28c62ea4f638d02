namespace VectorStore.Engine.Segments;

/// <summary>How much a search may spend.</summary>
internal sealed partial class SealedIndex
{
    private const int ReserveMin = 4;
    private const int ReserveMax = 60;

    /// <summary>The one place that decides about the beam and the candidates of a search.</summary>
    /// <remarks>
    /// What the caller says comes first, then the calibrated setting for the target, then the configuration. A filter changes nothing here: the walk itself widens its
    /// beam by the share of accepted points that it meets. Nor do deletions, which are such a filter.
    /// </remarks>
    private SearchEffort EffortFor(in IndexQuery query, int wanted, SealedWalk walk)
    {
        int ef = query.Ef == 0 ? UsualEf(query) : query.Ef;
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

        int enough = (int)Math.Min((uint)wanted, walk.Count);

        // Candidates that nobody asked to measure again need not be walked from either: the walk measured them on its way.
        if (calibrated is { } count && !asked)
            return new SearchEffort(ef, (int)Math.Min(count, walk.Count), enough, MayStop: false, recall);

        double oversampling = !rescores ? 1 : asked ? query.Oversampling : walk.Codes.DefaultOversampling;
        int least = (int)Math.Min(Math.Max(wanted, Math.Ceiling(oversampling * wanted)), walk.Count);
        if (!rescores || asked)
            return new SearchEffort(Math.Max(ef, least), least, enough, MayStop: false, recall);

        // Where nobody says how many, the whole beam may be measured again, and measuring ends when it cannot change the answer any more.
        ef = oversampling > 1 ? Math.Max(ef, least) : ef;
        return new SearchEffort(ef, (int)Math.Min(Math.Max(ef, wanted + ReserveFor(wanted)), walk.Count), enough, MayStop: true, recall);
    }

    /// <summary>Candidates beyond the results that a narrow beam keeps, so that points whose estimate is a little too far are measured again.</summary>
    private static int ReserveFor(int wanted) => Math.Min(wanted, ReserveMax) + ReserveMin;
}
