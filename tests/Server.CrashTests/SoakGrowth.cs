using System.Globalization;

namespace VectorStore.Server.CrashTests;

/// <summary>Judges whether a process takes ever more.</summary>
/// <remarks>
/// The first third warms up and is not looked at: pools fill, code is compiled anew, tables reach their bounds. Over the rest a line is put by the medians of Theil and Sen, which a few outliers do not move, and Kendall's tau says how steadily it
/// rises. Growth is what does both: it rises by more than chance and garbage collector explain, and it does so steadily. A saw goes up and down; one step is no slope.
/// </remarks>
internal static class SoakGrowth
{
    /// <summary>With fewer samples nothing can be said.</summary>
    public const int SamplesMin = 12;

    // Values in no order have a tau around 0, of a standard deviation of 0.11 with 40 of them; what only rises has 1.
    private const double SteadyFrom = 0.4;
    private const double Mebi = 1 << 20;

    /// <summary>One sentence for each thing that grows.</summary>
    public static List<string> Find(IReadOnlyList<SoakSample> samples)
    {
        var judged = samples.Skip(samples.Count / 3).ToList();
        var growth = new List<string>();
        Judge("memory", sample => sample.MemoryBytes / Mebi, " MiB", share: 0.04, slack: 8);
        Judge("threads", sample => sample.Threads, "", share: 0, slack: 3);
        Judge("open files", sample => sample.OpenFiles, "", share: 0, slack: 4);
        Judge("disk", sample => sample.DiskBytes / Mebi, " MiB", share: 0.1, slack: 16);
        return growth;

        void Judge(string what, Func<SoakSample, double> value, string unit, double share, double slack)
        {
            var (perHour, steadiness) = Trend(judged, value);
            double hours = (judged[^1].At - judged[0].At).TotalHours;
            double first = Median([.. judged.Take((judged.Count / 4) + 1).Select(value)]);
            if (steadiness >= SteadyFrom && perHour * hours > (first * share) + slack)
            {
                growth.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{what} grows by {perHour:0.#}{unit} an hour: by {perHour * hours:0.#}{unit} from {first:0.#}{unit} in the last {hours * 60:0.#} minutes, steadily ({steadiness:0.00})"));
            }
        }
    }

    /// <summary>What each thing does over the judged time, for people.</summary>
    public static string Describe(IReadOnlyList<SoakSample> samples)
    {
        var judged = samples.Skip(samples.Count / 3).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"after the first third: memory {Of(sample => sample.MemoryBytes / Mebi)} MiB, threads {Of(sample => sample.Threads)}, open files {Of(sample => sample.OpenFiles)}, disk {Of(sample => sample.DiskBytes / Mebi)} MiB an hour (and how steadily, -1 to 1)");

        string Of(Func<SoakSample, double> value)
        {
            var (perHour, steadiness) = Trend(judged, value);
            return string.Create(CultureInfo.InvariantCulture, $"{perHour:+0.#;-0.#;0} ({steadiness:0.00})");
        }
    }

    /// <summary>The median of the slopes between any two samples, and how many more of them rise than fall, as a share of all.</summary>
    private static (double PerHour, double Steadiness) Trend(List<SoakSample> samples, Func<SoakSample, double> value)
    {
        var slopes = new List<double>(samples.Count * (samples.Count - 1) / 2);
        for (int left = 0; left < samples.Count; left++)
        {
            for (int right = left + 1; right < samples.Count; right++)
                slopes.Add((value(samples[right]) - value(samples[left])) / (samples[right].At - samples[left].At).TotalHours);
        }

        return (Median([.. slopes]), slopes.Sum(slope => Math.Sign(slope)) / (double)Math.Max(1, slopes.Count));
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length == 0 ? 0 : values[values.Length / 2];
    }
}
