using System.Diagnostics;
using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Life;

/// <summary>How long a restart takes to its first answer, and how much memory.</summary>
internal static class RestartRun
{
    private const int Searches = 200;

    public static async Task RunAsync(string data, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await using var database = await VectorDatabase.OpenAsync(data, cancellationToken: cancellation);
        double opened = clock.Elapsed.TotalSeconds;
        var collection = database.GetCollection(database.ListCollections()[0].Name);
        var (name, config) = collection.Config.Vectors.Single();
        var random = new Random(1);
        await SearchAsync();
        double answered = clock.Elapsed.TotalSeconds;
        long residentMax = Resident("VmHWM:");
        for (int search = 0; search < Searches; search++)
            await SearchAsync();

        var info = collection.GetInfo();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            points = info.Points,
            dimension = config.Dimension,
            segments = info.Segments,
            openSeconds = Math.Round(opened, 3),
            firstAnswerSeconds = Math.Round(answered, 3),
            residentMaxWhileOpeningMiB = residentMax >> 20,
            residentAfterMiB = Resident("VmRSS:") >> 20,
            ratio = Math.Round((double)residentMax / Resident("VmRSS:"), 3),
        }));

        Task SearchAsync()
        {
            float[] query = new float[config.Dimension];
            for (int index = 0; index < query.Length; index++)
                query[index] = (float)random.NextDouble();

            return collection.SearchAsync(new SearchRequest { Vector = query, VectorName = name, Limit = 10 }, cancellation);
        }
    }

    private static long Resident(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim().ToString().Split(' ')[0]) * 1024;
    }
}
