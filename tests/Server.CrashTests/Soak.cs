using System.Diagnostics;
using VectorStore.Campaigns;

namespace VectorStore.Server.CrashTests;

/// <summary>Mixed load on one server for a long time: points replaced, deleted and searched, segments sealed and merged, snapshots made, restored beside and deleted. Prints what the process takes, and judges whether that grew.</summary>
internal static class Soak
{
    private const int Groups = 400;
    private const int Writers = 3;
    private const int Samples = 60;

    // With fewer there is no first and last third to compare.
    private static readonly TimeSpan s_judgedFrom = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_optimizeEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_snapshotEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_checkEvery = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(CampaignArguments arguments)
    {
        var length = arguments.Has("seconds") ? TimeSpan.FromSeconds(arguments.Of("seconds", 0)) : TimeSpan.FromMinutes(arguments.Of("minutes", 10));
        int seed = arguments.Of("seed", 1);
        string replay = $"tests/soak.sh --minutes {Math.Ceiling(length.TotalMinutes)} --seed {seed}";
        string directory = Directory.CreateTempSubdirectory("vectorstore-soak-").FullName;
        var campaign = new Campaign("checks", Console.WriteLine);
        try
        {
            await using var server = await ServerProcess.StartAsync(Path.Combine(directory, "data"));
            using var connection = new GrpcConnection(server.GrpcPort);
            var load = new SoakLoad(connection);
            await load.FillAsync(Groups);
            using var stop = new CancellationTokenSource();
            Task[] callers =
            [
                .. Enumerable.Range(0, Writers).Select(writer => load.WriteAsync(new Random(seed + writer), stop.Token)),
                load.SearchAsync(new Random(seed - 1), stop.Token),
                load.OptimizeAsync(s_optimizeEvery, stop.Token),
                load.SnapshotAsync(s_snapshotEvery, stop.Token),
            ];

            var clock = Stopwatch.StartNew();
            var checkedAt = clock.Elapsed;
            var samples = new List<SoakSample>();
            while (clock.Elapsed < length && callers.All(caller => !caller.IsCompleted) && campaign.Violations.Count == 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(length.TotalSeconds / Samples, 0.5, 60)));
                samples.Add(SoakSample.Take(server.Id, Path.Combine(directory, "data"), clock.Elapsed));
                Console.WriteLine($"{samples[^1]}, {load.Tally}");
                if (clock.Elapsed - checkedAt < s_checkEvery)
                    continue;

                checkedAt = clock.Elapsed;
                await campaign.RunAsync([$"after {clock.Elapsed.TotalSeconds:0} s"], _ => load.CountAsync(), _ => replay);
            }

            await stop.CancelAsync();
            await campaign.RunAsync(callers.Index(), async caller => await caller.Item, _ => replay);
            await campaign.RunAsync(["at the end"], _ => load.CheckAsync(), _ => replay);
            if (clock.Elapsed < s_judgedFrom || samples.Count < SoakGrowth.SamplesMin)
            {
                Console.WriteLine($"{clock.Elapsed.TotalSeconds:0} s are too short to judge growth");
            }
            else
            {
                Console.WriteLine(SoakGrowth.Describe(samples));
                SoakGrowth.Find(samples).ForEach(growth => campaign.Add(growth, replay));
            }
        }
        catch (Exception problem) when (problem is not FormatException)
        {
            campaign.Add($"the soak ended early: {problem}", replay);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        return campaign.Finish();
    }
}
