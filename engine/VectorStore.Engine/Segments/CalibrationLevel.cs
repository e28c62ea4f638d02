namespace VectorStore.Engine.Segments;

/// <summary>The settings worth using where a number of results is wanted: each costs more than the one before, and finds more.</summary>
/// <param name="Wanted">How many results.</param>
/// <param name="Settings">At least one; ascending in cost and in recall.</param>
internal sealed record CalibrationLevel(int Wanted, CalibratedSetting[] Settings)
{
    /// <summary>Keeps of all that was measured what nothing cheaper equals.</summary>
    public static CalibrationLevel FromMeasured(int wanted, IEnumerable<CalibratedSetting> measured)
    {
        var kept = new List<CalibratedSetting>();
        foreach (var setting in measured.OrderBy(setting => setting.Nanoseconds).ThenByDescending(setting => setting.Recall))
        {
            if (kept.Count == 0 || (setting.Recall > kept[^1].Recall && setting.Nanoseconds > kept[^1].Nanoseconds))
                kept.Add(setting);
        }

        return new CalibrationLevel(wanted, [.. kept]);
    }

    /// <summary>The cheapest setting that reaches the target; where none does, the best.</summary>
    public CalibratedSetting Cheapest(double target)
    {
        foreach (var setting in Settings)
        {
            if (setting.Recall >= target)
                return setting;
        }

        return Settings[^1];
    }
}
