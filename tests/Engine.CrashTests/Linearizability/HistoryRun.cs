using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>
/// One history: clients that write and read a few points of a collection at the same time, while it is sealed, merged, rebuilt and copied in the background; with a clean restart, a death of the process or a loss of power now and then.
/// The seed decides what clients, background and disk do; which meets which is chance.
/// </summary>
internal sealed class HistoryRun(int seed)
{
    /// <summary>What one history may cost its checker; those that happen take some thousand steps.</summary>
    private const long StepsMax = 3_000_000;

    private const int Groups = 2;
    private const int PhasesMax = 3;
    private const int CallsMin = 12;
    private const int CallsMax = 40;
    private const string Name = "points";

    private static readonly QuantizationKind[] s_encodings = [QuantizationKind.None, QuantizationKind.Float16, QuantizationKind.Int8, QuantizationKind.Rotated];

    private readonly Random _random = new(seed);
    private int _changes;

    /// <summary>What the clients call instead of the collection: a test plants a bug there.</summary>
    public Func<IPointStore, IPointStore> Plant { get; init; } = store => store;

    /// <summary>What the engine gets for a disk.</summary>
    public Func<SimulatedFileSystem, IFileSystem> Seam { get; init; } = disk => disk;

    /// <summary>Throws where no order of the calls explains what was answered.</summary>
    public async Task<HistoryTally> RunAsync()
    {
        int clients = _random.Next(3, 6);
        var recorder = new HistoryRecorder(seed, clients, Groups);
        var tally = new HistoryTally();
        var disk = new SimulatedFileSystem(seed);
        int phases = _random.Next(1, PhasesMax + 1);
        for (int phase = 0; phase < phases; phase++)
        {
            var end = phase == phases - 1 ? PhaseEnd.Quiet : (PhaseEnd)_random.Next(1, 4);
            disk = await RunPhaseAsync(recorder, disk, end, tally);
            recorder.Recovered();
        }

        // What was answered in the end is still there for the next process.
        await using (var database = await OpenAsync(disk))
            await recorder.ReadAllAsync(Plant(new CollectionStore(database.GetCollection(Name))));

        recorder.Judge(StepsMax);
        return tally.Count(recorder);
    }

    private async Task<SimulatedFileSystem> RunPhaseAsync(HistoryRecorder recorder, SimulatedFileSystem disk, PhaseEnd end, HistoryTally tally)
    {
        var database = await OpenAsync(disk);
        var collection = database.ListCollections().Any(info => info.Name == Name) ? database.GetCollection(Name) : await database.CreateCollectionAsync(Name, Config());
        var store = Plant(new CollectionStore(collection));
        int calls = _random.Next(CallsMin, CallsMax);
        int endAfter = recorder.Begun + _random.Next(10, 2 * CallsMin);
        if (end is PhaseEnd.PowerLoss or PhaseEnd.Kill)
            disk.CrashAtCall(disk.MutatingCalls + _random.Next(2, 4 * CallsMin));

        using var over = new CancellationTokenSource();
        var disturbing = _random.Next(6) == 0 ? Task.CompletedTask : Task.Run(() => DisturbAsync(collection, disk, new Random(_random.Next()), tally, over.Token), CancellationToken.None);
        var closing = end == PhaseEnd.Close ? Task.Run(() => CloseAsync(database, recorder, endAfter, over.Token), CancellationToken.None) : Task.CompletedTask;
        await recorder.RunAsync(store, calls, problem => FateOf(problem, disk, end));
        await over.CancelAsync();
        await disturbing;
        await closing;
        tally.CountEnd(end, disk.HasCrashed);
        if (end is PhaseEnd.Quiet)
            await recorder.ReadAllAsync(store);

        try
        {
            await database.DisposeAsync();
        }
        catch (Exception problem) when (disk.HasCrashed && problem is SimulatedCrashException or VectorStoreException)
        {
            // The disk is gone; closing can do nothing more.
        }

        return end switch
        {
            PhaseEnd.PowerLoss => disk.Crash(_random.Next()),
            PhaseEnd.Kill => disk.KillProcess(_random.Next()),
            _ => disk,
        };
    }

    private static async Task CloseAsync(VectorDatabase database, HistoryRecorder recorder, int afterCalls, CancellationToken over)
    {
        while (recorder.Begun < afterCalls && !over.IsCancellationRequested)
            await Task.Delay(1, CancellationToken.None);

        await database.DisposeAsync();
    }

    /// <summary>What goes on beside the clients, and may not be seen by them.</summary>
    private async Task DisturbAsync(Collection collection, SimulatedFileSystem disk, Random random, HistoryTally tally, CancellationToken over)
    {
        try
        {
            while (!over.IsCancellationRequested)
            {
                int job = random.Next(6);
                switch (job)
                {
                    case 0 or 1:
                        await collection.SealAsync(CancellationToken.None);
                        break;
                    case 2:
                        await collection.OptimizeAsync(CancellationToken.None);
                        break;
                    case 3:
                        await collection.RenewPayloadsAsync(CancellationToken.None);
                        break;
                    case 4:
                        await ReconfigureAsync(collection);
                        break;
                    default:
                        string name = $"s{Interlocked.Increment(ref _changes)}";
                        await collection.CreateSnapshotAsync(name, cancellationToken: CancellationToken.None);
                        break;
                }

                tally.CountJob(job);
                await Task.Delay(random.Next(3), CancellationToken.None);
            }
        }
        catch (Exception) when (disk.HasCrashed)
        {
            // Whatever it did, it did not finish.
        }
        catch (Exception problem) when (IsClosed(problem))
        {
            // So was the collection.
        }
    }

    private Task ReconfigureAsync(Collection collection)
    {
        int change = Interlocked.Increment(ref _changes);
        return collection.UpdateConfigAsync(CollectionConfigChange.OfVector("v", new VectorConfigChange
        {
            M = 4 + (change % 8),
            EfConstruction = 16,
            Quantization = s_encodings[change % s_encodings.Length],
            Originals = change % 3 == 0 ? Placement.Disk : Placement.Memory,
        }));
    }

    /// <summary>As docs/promises.md has it: an error means that nothing was stored, but for the failure of the log during that very write.</summary>
    private static CallFate FateOf(Exception problem, SimulatedFileSystem disk, PhaseEnd end) => problem switch
    {
        HistoryViolationException => CallFate.Wrong,
        DatabaseStateException { Reason: ErrorReason.Closed } when end == PhaseEnd.Close => CallFate.Over,
        SimulatedCrashException or VectorStoreException when disk.HasCrashed => CallFate.Unknown,
        _ => CallFate.Wrong,
    };

    private static bool IsClosed(Exception problem) => problem is DatabaseStateException { Reason: ErrorReason.Closed } or OperationCanceledException or ObjectDisposedException;

    private Task<VectorDatabase> OpenAsync(SimulatedFileSystem disk) => VectorDatabase.OpenAsync("/data", new DatabaseOptions
    {
        FileSystem = seed % 2 == 0 ? new SlowSyncs(Seam(disk), seed) : Seam(disk),
        IndexThreads = 1,
        PayloadStore = seed % 4 == 3 ? PayloadStoreKind.Faster : PayloadStoreKind.Memory,
        RecallSampling = 0,
        RunsSnapshotSchedules = false,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        BallastBytes = 0,
        SealAtBytes = 2_000,
        MergeUpToBytes = 8_000,
        WalFileBytes = 8 * 1024,
        WalIdleWatermark = seed % 3 == 0 ? TimeSpan.FromMilliseconds(2) : Timeout.InfiniteTimeSpan,
    });

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(4, Metric.Euclidean) { Hnsw = new HnswConfig { M = 4, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };
}
