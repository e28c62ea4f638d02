using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <summary>
/// The whole life of a small collection, every outcome of which is known: points written, replaced and deleted, seals with a checkpoint of the payload store, merges, changes of the configuration and the rebuilding of segments by it, dead rows given back, the payload store made anew, snapshots made, deleted,
/// sent through an archive and restored over the collection, clean restarts, another collection made and dropped. It remembers what was asked and what was answered, and says of a database that was
/// reopened whether it may look so. Every other life, of odd seeds, keeps its logs too and goes back to moments, has snapshots made by a schedule, and makes and restores snapshots of the whole database.
/// </summary>
/// <remarks>The same seed gives the same calls on the same disk: nothing runs by itself beside it.</remarks>
internal sealed partial class LifeWorkload
{
    public const string Name = "points";

    private const int Dimension = 4;
    private const int IdMax = 12;
    private const int FirstM = 4;

    private readonly Random _random;
    private readonly PayloadStoreKind _payloads;
    private readonly bool _keepsLogs;
    private readonly LifeClock _clock = new();

    // The state after each write or restore asked for so far, the empty one first.
    private readonly List<Dictionary<PointId, string>> _states = [new()];

    // What each snapshot must hold, and whether it must be there or only may.
    private readonly Dictionary<(string Collection, string Name), (Dictionary<PointId, string> State, bool IsSure)> _snapshots = [];

    // What M may be: it is another with every change of the configuration, and so tells one from the other. And what it may be in each snapshot.
    private readonly Dictionary<(string Collection, string Name), HashSet<int>> _graphsOfSnapshots = [];
    private HashSet<int> _graphs = [FirstM];
    private int _acknowledged;
    private bool _created;

    private int _version;
    private int _configChanges;

    public LifeWorkload(int seed)
    {
        _random = new Random(seed);
        _payloads = seed % 8 == 0 ? PayloadStoreKind.Faster : PayloadStoreKind.Memory;
        _keepsLogs = seed % 2 == 1;
        _scheduleOf = seed % 4 == 1 ? Name : VectorDatabase.WholeDatabase;
    }

    /// <summary>What the engine is given instead of the disk: a test puts a bug in between.</summary>
    public Func<ITestDisk, IFileSystem> Seam { get; set; } = disk => disk;

    /// <summary>Who follows the life from outside; null: nobody.</summary>
    public ILifeListener? Listener { get; set; }

    /// <summary>Whether the data directory was told already how long logs are kept. A process that goes on where another was killed is told here.</summary>
    public bool HasSaidToKeep { get; set; }

    /// <summary>Runs until done, or until the power goes. Returns whether it went.</summary>
    public async Task<bool> RunAsync(ITestDisk disk, int steps, Action<int>? beforeStep = null)
    {
        VectorDatabase? database = null;
        try
        {
            database = await OpenAsync(disk);
            await CreateIfMissingAsync(database);
            for (int step = 0; step < steps; step++)
            {
                beforeStep?.Invoke(step);
                database = await StepAsync(disk, database);
            }

            await database.DisposeAsync();
            return disk.HasCrashed;
        }
        catch (Exception problem) when (problem is SimulatedCrashException or VectorStoreException)
        {
            if (!disk.HasCrashed)
                throw;

            if (database is not null)
                await DisposeAfterCrashAsync(database);

            return true;
        }
    }

    /// <summary>Runs on a disk whose calls may fail, until done or until the collection takes no more writes. Every refusal is typed; what can be read meanwhile is right.</summary>
    public async Task RunWithFaultsAsync(ITestDisk disk, int steps)
    {
        VectorDatabase? database = null;
        _mayLackLogs = true;
        try
        {
            database = await OpenAsync(disk);
            await CreateIfMissingAsync(database);
            await AdoptAsync(database);
            for (int step = 0; step < steps; step++)
            {
                try
                {
                    database = await StepAsync(disk, database);
                }
                catch (VectorStoreException problem) when (problem.Reason is not (ErrorReason.CollectionReadOnly or ErrorReason.CollectionDamaged) && !_replacing)
                {
                    // Refused: nothing was applied, and the next write may well succeed.
                    _states.RemoveRange(_acknowledged + 1, _states.Count - _acknowledged - 1);
                }
            }
        }
        catch (VectorStoreException)
        {
            // Opening or creating failed, or the log did: whether the last write is stored is unknown, and no other was taken.
        }

        if (database is not null)
        {
            await CheckReadsAsync(database);
            await database.DisposeAsync();
        }
    }

    private static async Task DisposeAfterCrashAsync(VectorDatabase database)
    {
        try
        {
            await database.DisposeAsync();
        }
        catch (Exception problem) when (problem is SimulatedCrashException or VectorStoreException)
        {
            // The disk is gone; closing can do nothing more.
        }
    }

    private static CollectionConfig Config() => new()
    {
        Vectors = new Dictionary<string, VectorConfig>
        {
            ["v"] = new(Dimension, Metric.Euclidean) { Hnsw = new HnswConfig { M = FirstM, EfConstruction = 8, FullScanThreshold = 6 } },
        },
    };

    private async Task<VectorDatabase> OpenAsync(ITestDisk disk)
    {
        var options = Options(Seam(disk));
        Listener?.Opening();

        // Said once; from then on the data directory must remember it.
        var database = await VectorDatabase.OpenAsync("/data", _keepsLogs && !HasSaidToKeep ? options with { LogArchiveTime = s_keepLogs } : options);
        Listener?.Opened();
        HasSaidToKeep = true;
        return database;
    }

    private DatabaseOptions Options(IFileSystem disk) => new()
    {
        FileSystem = disk,

        // It is made by a real clock, so on a slow machine it would come into a life's calls, and after the power went.
        BallastBytes = 0,
        IndexThreads = 1,
        PayloadStore = _payloads,
        RebuildsByItself = false,
        RecallSampling = 0,
        RunsSnapshotSchedules = false,
        ScrubPassTime = Timeout.InfiniteTimeSpan,
        TimeProvider = _clock,
        WalFileBytes = 6 * 1024,
        WalIdleWatermark = Timeout.InfiniteTimeSpan,
    };

    private async Task CreateIfMissingAsync(VectorDatabase database)
    {
        Listener?.Changed();
        if (database.ListCollections().All(info => info.Name != Name))
            await database.CreateCollectionAsync(Name, Config());

        _created = true;
        Listener?.Changed();
    }

    /// <summary>What will be stored if the write that follows has its effect.</summary>
    private void Expect(Dictionary<PointId, string> state)
    {
        _states.Add(state);
        Listener?.Changed();
    }

    /// <summary>The last write was answered.</summary>
    private void Acknowledge()
    {
        _acknowledged = _states.Count - 1;
        Listener?.Changed();
    }

    /// <summary>The collection is about to be replaced by what it once was.</summary>
    private void ExpectReplaced(Dictionary<PointId, string> state, HashSet<int> graphs)
    {
        _graphs.UnionWith(graphs);
        _replacing = true;
        Expect(state);
    }

    /// <summary>It was replaced.</summary>
    private void AcknowledgeReplaced(HashSet<int> graphs)
    {
        _replacing = false;
        _graphs = [.. graphs];
        Acknowledge();
    }

    /// <summary>What is known of a snapshot from now on.</summary>
    private void Know((string Collection, string Name) key, Dictionary<PointId, string> state, bool isSure)
    {
        _snapshots[key] = (state, isSure);
        Listener?.Changed();
    }
}
