using System.Globalization;
using System.Text;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine;

/// <remarks>The file VECTORSTORE, which says what a data directory is. A damaged one says nothing, so nothing is opened or changed, until a repair finds that the collections say it too.</remarks>
public sealed partial class VectorDatabase
{
    private const string FormatName = "VECTORSTORE";
    private const int FormatBytesMax = 256;
    private const uint FormatVersion = 1;

    /// <summary>Below <c>damaged/</c>, for what belongs to no collection.</summary>
    private const string DamagedDatabaseName = "~database";

    /// <summary>The first file of a data directory says which version made it.</summary>
    private static void CheckFormat(IFileSystem fileSystem, string directory)
    {
        string path = $"{directory}/{FormatName}";
        if (!fileSystem.FileExists(path) && !HasCollections(fileSystem, directory))
            WriteFormat(fileSystem, directory);
        else
            ReadFormat(fileSystem, directory);
    }

    private static bool HasCollections(IFileSystem fileSystem, string directory) =>
        fileSystem.DirectoryExists($"{directory}/{CollectionsName}") && fileSystem.ListDirectories($"{directory}/{CollectionsName}").Count > 0;

    private static void ReadFormat(IFileSystem fileSystem, string directory)
    {
        string path = $"{directory}/{FormatName}";
        if (!fileSystem.FileExists(path))
            throw new CorruptDataException(path, 0, "the file is missing from a data directory that has collections");

        string text = Encoding.ASCII.GetString(fileSystem.ReadAllBytes(path, FormatBytesMax));
        int start = FormatText(0).IndexOf('0', StringComparison.Ordinal);
        bool isNumber = uint.TryParse(text.AsSpan(Math.Min(start, text.Length)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out uint version);
        if (!isNumber || version == 0 || text != FormatText(version))
            throw new CorruptDataException(path, 0, "it does not say that this is a VectorStore data directory");
        if (version > FormatVersion)
            throw new UnsupportedFormatVersionException(path, version, FormatVersion);
    }

    private static void WriteFormat(IFileSystem fileSystem, string directory) =>
        fileSystem.WriteAtomically($"{directory}/{FormatName}", Encoding.ASCII.GetBytes(FormatText(FormatVersion)));

    private static string FormatText(uint version) => $"VectorStore data directory, format {version}\n";

    /// <summary>What is wrong with the file; null: nothing.</summary>
    /// <exception cref="UnsupportedFormatVersionException">It is sound, and says that a newer version made the directory.</exception>
    private static CorruptDataException? FindFormatDamage(IFileSystem fileSystem, string directory)
    {
        try
        {
            ReadFormat(fileSystem, directory);
            return null;
        }
        catch (CorruptDataException damage)
        {
            return damage;
        }
    }

    /// <summary>A collection's report, with the damage of the file that all collections need: the next start would refuse all of them.</summary>
    private VerifyReport WithFormat(VerifyReport report)
    {
        try
        {
            ReadFormat(_fileSystem, _directory);
            return report;
        }
        catch (VectorStoreException problem) when (FileDamage.From(problem) is { } damage)
        {
            return report with { Problems = [.. report.Problems, problem.Message], Damages = [.. report.Damages, damage] };
        }
    }

    /// <summary>Writes the damaged file anew, if the collections say what it said; or only says so.</summary>
    private RepairReport RepairFormat(CorruptDataException problem, bool acceptLoss)
    {
        var damages = new[] { FileDamage.From(problem)! };
        if (WhyFormatIsNotProven(out int proven) is { } doubt)
            return new RepairReport(WholeDatabase, RepairState.Unrepairable) { Damages = damages, Problem = $"{problem.Message}; {doubt}" };

        var report = new RepairReport(WholeDatabase, RepairState.Repairable)
        {
            Damages = damages,
            Actions = [$"{FormatName} is written anew as of format {FormatVersion}, as {proven} sound manifests say"],
        };
        if (!acceptLoss)
            return report;

        string? kept = KeepDamagedFormat();
        WriteFormat(_fileSystem, _directory);
        _options.Log?.Invoke($"{problem.File} was damaged and is written anew");
        return report with { State = RepairState.Repaired, DamagedDirectory = kept };
    }

    /// <summary>Each format of a data directory has its own manifests, so one that can be read proves which it is; one of a newer version proves that it is none of ours.</summary>
    private string? WhyFormatIsNotProven(out int proven)
    {
        proven = 0;
        foreach (string entry in _fileSystem.ListDirectories(CollectionsDirectory).Where(entry => !entry.StartsWith(UnfinishedPrefix, StringComparison.Ordinal)))
        {
            try
            {
                var manifests = new ManifestStore(_fileSystem, $"{CollectionsDirectory}/{entry}");
                if (manifests.Read(manifests.ReadCurrent()).Name == NameOf(entry))
                    proven++;
            }
            catch (UnsupportedFormatVersionException newer)
            {
                return $"and a newer version may have written it: {newer.Message}";
            }
            catch (VectorStoreException)
            {
                // Proves nothing; what is wrong with it is in the report of the collection.
            }
        }

        return proven > 0 ? null : "and no collection has a manifest that can be read and would say what it said; in a directory without collections it is made anew where it is missing";
    }

    /// <summary>Durable when it returns; null where there is no file.</summary>
    private string? KeepDamagedFormat()
    {
        string path = $"{_directory}/{FormatName}";
        if (!_fileSystem.FileExists(path))
            return null;

        string kept = FreeDamagedDirectory(DamagedDatabaseName);
        string aside = $"{DamagedRoot}/{UnfinishedPrefix}{EntryOf(kept)}";
        _fileSystem.CreateDirectory(aside);
        _fileSystem.LinkOrCopy(path, $"{aside}/{FormatName}", CancellationToken.None);
        _fileSystem.SyncDirectory(aside);
        _fileSystem.Rename(aside, kept);
        _fileSystem.SyncDirectory(DamagedRoot);
        return kept;
    }
}
