using System.Reflection;
using VectorStore.CrashDriver;

namespace VectorStore.Engine.CrashTests.Golden;

/// <summary>Small data directories as each format wrote them, kept with the tests: <c>0001</c>, <c>0002</c>, and so on. Beside the data lie two texts: the versions of all formats, and what is stored.</summary>
internal static class GoldenDirectory
{
    public const string Collection = "points";
    public const string Snapshot = "before";

    /// <summary>One with files of the log; in directories from before there were such, there is none.</summary>
    public const string LogSnapshot = "log";
    public const string DataName = "data";
    public const string VersionsName = "versions.txt";
    public const string ContentsName = "contents.txt";
    public const string ShapeName = "shape.txt";

    private const int FullScanThreshold = 15;

    /// <summary>Makes one with the current code.</summary>
    public static async Task WriteAsync(string directory)
    {
        if (Directory.Exists(directory))
            throw new FormatException($"{directory} is there already; golden directories stay as they are, make the next one");

        Directory.CreateDirectory(directory);
        string data = Path.Combine(directory, DataName);
        List<string> contents;
        await using (var database = await VectorDatabase.OpenAsync(data, Options()))
        {
            var collection = await database.CreateCollectionAsync(Collection, DriverPoints.Config(fullScanThreshold: FullScanThreshold));
            await UpsertAsync(collection, first: 0, count: 40, operation: 1);
            await collection.SealAsync();
            await collection.CreateSnapshotAsync(Snapshot);
            await UpsertAsync(collection, first: 30, count: 20, operation: 2);
            await collection.DeleteAsync([3UL, 4UL, 45UL]);
            for (int operation = 4; operation < 7; operation++)
                await UpsertAsync(collection, first: 20, count: 25, operation);

            await collection.CreateSnapshotAsync(LogSnapshot);
            await collection.SealAsync();

            // Stays in the log.
            await UpsertAsync(collection, first: 48, count: 4, operation: 3);
            await collection.DeleteAsync([10UL, 48UL]);
            contents = await ReadAsync(database, collection);
        }

        await File.WriteAllLinesAsync(Path.Combine(directory, VersionsName), Versions());
        await File.WriteAllLinesAsync(Path.Combine(directory, ContentsName), contents);
        await File.WriteAllLinesAsync(Path.Combine(directory, ShapeName), Shape(data));
    }

    /// <summary>All that is stored, of the collection and of its snapshot.</summary>
    public static async Task<List<string>> ReadAsync(string data)
    {
        await using var database = await VectorDatabase.OpenAsync(data, Options());
        var collection = database.GetCollection(Collection);
        Assert.Empty((await collection.VerifyAsync()).Problems);
        return await ReadAsync(database, collection);
    }

    /// <summary>Every constant of the engine that is the version of a format.</summary>
    public static List<string> Versions() =>
    [
        .. typeof(VectorDatabase).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.IsLiteral && field.FieldType == typeof(uint) && field.Name.EndsWith("Version", StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name} {field.GetRawConstantValue()}")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Names and lengths of all files, without what is drawn anew each time; of the payload store, which can be made anew, only the names.</summary>
    public static List<string> Shape(string data) =>
    [
        .. Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
            .Select(file => GoldenNames.WithoutTokens(Path.GetRelativePath(data, file)) + (file.Contains("/payloads/", StringComparison.Ordinal) ? "" : $" {new FileInfo(file).Length}"))
            .Order(StringComparer.Ordinal),
    ];

    private static DatabaseOptions Options() => new() { IndexThreads = 1, RecallSampling = 0, WalFileBytes = 8 * 1024, WalIdleWatermark = Timeout.InfiniteTimeSpan };

    private static Task UpsertAsync(Collection collection, ulong first, int count, int operation) =>
        collection.UpsertAsync([.. Enumerable.Range(0, count).Select(index => DriverPoints.Make(first + (ulong)index, operation))]);

    private static async Task<List<string>> ReadAsync(VectorDatabase database, Collection collection)
    {
        var lines = await ReadAsync(Collection, collection);
        foreach (var snapshot in database.ListSnapshots(Collection))
        {
            Assert.Empty((await database.VerifySnapshotAsync(Collection, snapshot.Name)).Problems);
            lines.AddRange(await ReadAsync(snapshot.Name, await database.RestoreSnapshotAsync(Collection, snapshot.Name, "copy")));
            await database.DeleteCollectionAsync("copy");
        }

        return lines;
    }

    private static async Task<List<string>> ReadAsync(string name, Collection from)
    {
        var points = new SortedDictionary<PointId, string>();
        await foreach (var point in from.ScrollAsync(new ScrollRequest { WithVectors = true }))
            points.Add(point.Id, DriverPoints.Describe(point.Vectors![DriverPoints.VectorName], point.Payload));

        return [.. points.Select(point => $"{name} {point.Key}: {point.Value}")];
    }
}
