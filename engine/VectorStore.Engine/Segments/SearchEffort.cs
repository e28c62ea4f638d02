namespace VectorStore.Engine.Segments;

/// <summary>What a search of a sealed index may spend.</summary>
/// <param name="Ef">Width of the beam: the links of so many points are followed at most.</param>
/// <param name="Candidates">How many of the best by estimate are measured again at most; as many as are wanted where nothing is. May be more than <paramref name="Ef"/>: a walk measures many points whose links it does not follow.</param>
/// <param name="Wanted">How many must be found; a walk that finds fewer is replaced by a scan. All there are, where that is less.</param>
/// <param name="MayStop">Whether measuring again ends where the rest is too far by estimate to be an answer; see <see cref="EstimateError"/>.</param>
/// <param name="CalibratedRecall">The recall that this was measured to reach; null where it follows from no calibration.</param>
internal readonly record struct SearchEffort(int Ef, int Candidates, int Wanted, bool MayStop, double? CalibratedRecall)
{
    /// <summary>The widest beam that a target leads to; as wide as a request may ask for.</summary>
    public const int EfMax = 10_000;

    private const double MissesOfTheDefault = 0.02;
    private const double WideningMax = 8;

    /// <summary>How many times the usual effort is spent for a target where nothing was calibrated: never less than once, and twice for half the misses.</summary>
    /// <remarks>The usual effort finds 98 % of the nearest of nearly all data, often far more, so this is on the safe side.</remarks>
    public static double WideningFor(double targetRecall) => Math.Clamp(MissesOfTheDefault / (1 - targetRecall), 1, WideningMax);
}
