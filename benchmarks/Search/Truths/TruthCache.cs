using System.Security.Cryptography;
using System.Text;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Search.Truths;

/// <summary>Computes true neighbours once for the same files, limits, metric and k.</summary>
internal static class TruthCache
{
    // Part of the key: a change of the rules makes new files.
    private const string Rules = "ties 1e-6";

    /// <summary>The file that holds the right answers, made where it is missing.</summary>
    public static string Ensure(SearchSettings settings, float[][] queries, CancellationToken cancellationToken)
    {
        string directory = Path.Combine(settings.WorkDirectory, "truth");
        string path = Path.Combine(directory, $"{Key(settings)}.truth");
        if (File.Exists(path))
            return path;

        Directory.CreateDirectory(directory);
        Console.Error.WriteLine("true neighbours …");
        var truth = Truth.Compute(
            () => new FirstRowsSource(VectorFile.Open(settings.BaseFile), settings.Limit), queries, settings.Metric, settings.Sweep.K, cancellationToken);
        TruthFile.Write(path, truth);
        return path;
    }

    private static string Key(SearchSettings settings)
    {
        string inputs = string.Join(
            '\n', Rules, Identity(settings.BaseFile), settings.Limit, Identity(settings.QueryFile), settings.QueryLimit, settings.Metric, settings.Sweep.K);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inputs)))[..24];
    }

    /// <summary>Changes when the file does, without reading it.</summary>
    private static string Identity(string path)
    {
        var file = new FileInfo(path);
        return $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}";
    }
}
