using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Golden;

/// <summary>What earlier versions wrote is read, and a change of a format does not go unnoticed.</summary>
public sealed class GoldenDirectoryTests
{
    private const string Advice =
        "Where files that were written before must be read differently now, give the format a new version. Then keep all golden directories and add the next one: "
            + "dotnet run -c Release --project tests/Engine.CrashTests -- golden --number N";

    public static TheoryData<string> All => [.. Directories().Select(directory => Path.GetFileName(directory))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task GoldenDirectory_OfEveryFormat_OpensAndHoldsWhatWasStored(string name)
    {
        using var copy = new TemporaryDirectory();
        string golden = Copy(name, copy);
        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(golden, GoldenDirectory.ContentsName)), await GoldenDirectory.ReadAsync(copy.Path));

        // And once more, after whatever opening changed.
        await using var database = await VectorDatabase.OpenAsync(copy.Path);
        await database.GetCollection(GoldenDirectory.Collection).DeleteAsync([0UL]);
    }

    /// <summary>Segments from before a manifest said what they were built with are known to be of the configuration before the change, in this process and in the next.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task GoldenDirectory_OfEveryFormat_TakesAnotherConfiguration(string name)
    {
        using var copy = new TemporaryDirectory();
        string golden = Copy(name, copy);
        var quiet = new DatabaseOptions { RebuildsByItself = false };
        IReadOnlyList<uint> waiting;
        await using (var database = await VectorDatabase.OpenAsync(copy.Path, quiet))
        {
            var collection = database.GetCollection(GoldenDirectory.Collection);
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
            var change = new VectorConfigChange { M = 7, EfConstruction = 40, Quantization = QuantizationKind.Float16 };
            await collection.UpdateConfigAsync(new CollectionConfigChange { Vectors = collection.Config.Vectors.ToDictionary(vector => vector.Key, _ => change) });
            waiting = collection.GetOptimizerStatus().WaitingToRebuild;
            Assert.NotEmpty(waiting);
        }

        await using (var database = await VectorDatabase.OpenAsync(copy.Path, quiet))
        {
            var collection = database.GetCollection(GoldenDirectory.Collection);
            Assert.Equal(waiting, collection.GetOptimizerStatus().WaitingToRebuild.Intersect(waiting));
            await collection.OptimizeAsync();
            Assert.Empty(collection.GetOptimizerStatus().WaitingToRebuild);
        }

        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(golden, GoldenDirectory.ContentsName)), await GoldenDirectory.ReadAsync(copy.Path));
    }

    [Fact]
    public async Task NewestGoldenDirectory_IsOfTheFormatsOfThisCode()
    {
        string newest = Directories()[^1];
        string[] versions = await File.ReadAllLinesAsync(Path.Combine(newest, GoldenDirectory.VersionsName));
        string changed = string.Join(", ", GoldenDirectory.Versions().Except(versions).Concat(versions.Except(GoldenDirectory.Versions())));
        Assert.True(changed.Length == 0, $"versions of formats are not those of {newest}: {changed}. {Advice}");

        using var directory = new TemporaryDirectory();
        string written = Path.Combine(directory.Path, "now");
        await GoldenDirectory.WriteAsync(written);
        string[] shape = await File.ReadAllLinesAsync(Path.Combine(newest, GoldenDirectory.ShapeName));
        var now = GoldenDirectory.Shape(Path.Combine(written, GoldenDirectory.DataName));
        string different = string.Join(", ", now.Except(shape).Concat(shape.Except(now)));
        Assert.True(different.Length == 0, $"files or their lengths are not those of {newest}: {different}. {Advice}");
    }

    /// <summary>Copies the data of a golden directory, and tells where that is.</summary>
    private static string Copy(string name, TemporaryDirectory copy)
    {
        string golden = Directories().Single(directory => Path.GetFileName(directory) == name);
        string data = Path.Combine(golden, GoldenDirectory.DataName);
        foreach (string file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy.Path, Path.GetRelativePath(data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return golden;
    }

    internal static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return Path.Combine(directory.FullName, "tests/Engine.CrashTests/Golden");
        }

        throw new InvalidOperationException($"no VectorStore.sln above {AppContext.BaseDirectory}");
    }

    private static string[] Directories() => [.. Directory.GetDirectories(Root()).Order(StringComparer.Ordinal)];
}
