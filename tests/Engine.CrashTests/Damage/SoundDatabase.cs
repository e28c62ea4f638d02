using VectorStore.CrashDriver;
using VectorStore.Engine.CrashTests.Processes;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>
/// A data directory that was closed cleanly, with two collections: <c>first</c>, which gets damaged, has sealed segments with graphs, deleted rows,
/// payloads, a payload store and a log tail in several files; <c>second</c> has a bit of everything and must not notice.
/// </summary>
internal sealed class SoundDatabase : IDisposable
{
    public const string First = "first";
    public const string Second = "second";

    // Between the rows of the sealed segments and those of the log: closing would seal a segment that has a graph.
    private const int FullScanThreshold = 80;

    private readonly TemporaryDirectory _directory = new();

    private SoundDatabase()
    {
    }

    public string Path => _directory.Path;

    public IReadOnlyDictionary<ulong, string> FirstPoints { get; private set; } = new Dictionary<ulong, string>();

    public IReadOnlyDictionary<ulong, string> SecondPoints { get; private set; } = new Dictionary<ulong, string>();

    /// <summary>The directory of the first collection, relative to the data directory.</summary>
    public string FirstDirectory => System.IO.Path.GetRelativePath(Path, Directory.GetDirectories($"{Path}/collections", $"{First}~*").Single());

    public string SecondDirectory => System.IO.Path.GetRelativePath(Path, Directory.GetDirectories($"{Path}/collections", $"{Second}~*").Single());

    /// <summary>Files below a directory, relative to the data directory.</summary>
    public IReadOnlyList<string> Files(string directory) =>
    [
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Path, directory), "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file))
            .Order(StringComparer.Ordinal),
    ];

    public static async Task<SoundDatabase> CreateAsync()
    {
        var sound = new SoundDatabase();
        await using (var database = await VectorDatabase.OpenAsync(sound.Path, Options()))
        {
            var first = await database.CreateCollectionAsync(First, DriverPoints.Config(fullScanThreshold: FullScanThreshold));
            await FillAsync(first, firstId: 0, count: 200, operation: 1);
            await first.SealAsync();
            await FillAsync(first, firstId: 150, count: 120, operation: 2);
            await first.DeleteAsync([.. Ids(20, 10)]);
            await first.SealAsync();

            // Stays in the log, and fills more than one file.
            for (int operation = 3; operation < 8; operation++)
                await FillAsync(first, firstId: 260 + (10 * (ulong)operation), count: 12, operation);

            await first.DeleteAsync([.. Ids(0, 3)]);

            var second = await database.CreateCollectionAsync(Second, DriverPoints.Config(fullScanThreshold: FullScanThreshold));
            await FillAsync(second, firstId: 5_000, count: 100, operation: 1);
            await second.SealAsync();
            await FillAsync(second, firstId: 5_090, count: 15, operation: 2);
            sound.FirstPoints = await StoredPoints.ReadAsync(first, "while making the database");
            sound.SecondPoints = await StoredPoints.ReadAsync(second, "while making the database");
        }

        return sound;
    }

    public static DatabaseOptions Options() => new() { IndexThreads = 1, WalFileBytes = 8 * 1024, SealAtBytes = 1 << 20 };

    /// <summary>A copy to damage.</summary>
    public TemporaryDirectory Copy()
    {
        var copy = new TemporaryDirectory();
        foreach (string directory in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            Directory.CreateDirectory(System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, directory)));
        foreach (string file in Files("."))
            File.Copy(System.IO.Path.Combine(Path, file), System.IO.Path.Combine(copy.Path, file));

        return copy;
    }

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<PointId> Ids(ulong first, int count) => Enumerable.Range(0, count).Select(index => new PointId(first + (ulong)index));

    private static Task FillAsync(Collection collection, ulong firstId, int count, int operation) =>
        collection.UpsertAsync([.. Ids(firstId, count).Select(id => DriverPoints.Make(id.Integer, operation))]);
}
