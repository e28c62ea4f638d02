using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot download</c>: a snapshot becomes an archive.</summary>
internal sealed class SnapshotDownloadCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string?> _base = new("--base") { HelpName = "NAME", Description = "Leave out what this snapshot has, too: the file can be uploaded where that one is, and becomes whole there." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file where there is one." };

    public SnapshotDownloadCommand(CliEnvironment environment)
        : base("download", "Writes a snapshot into a file, as an archive to keep elsewhere or to upload to another database.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."), ("file", "Where to; made whole or not at all. What was interrupted is in FILE.part, and the same command goes on with it."));
        Options.Add(_base);
        Options.Add(_overwrite);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot, path) = (names[0], names[1], Path.GetFullPath(names[2]));
        ThrowIfExists(path, arguments);

        string? baseSnapshot = arguments.GetValue(_base);
        var archive = await DescribeAsync(client, collection, snapshot, baseSnapshot, cancellationToken);
        await using var part = await PartFile.OpenAsync(path, archive, cancellationToken);
        if (part.BytesFound > 0)
            Environment.Error.WriteLine($"{path}.part has {Units.Bytes(part.BytesFound)} of this archive; going on behind them");

        SnapshotInfo made;
        try
        {
            var start = new DownloadStart(part.BytesFound, archive.Checksum.Length == 0 ? null : archive.Checksum, archive.BaseChecksum);
            made = await ByteProgress.ShowAsync(
                Environment, "downloaded", progress => client.DownloadSnapshotAsync(collection, snapshot, baseSnapshot, start, part, progress, cancellationToken));
            ThrowIfExists(path, arguments);
        }
        catch (Exception problem) when (CliException.From(problem).ExitCode is not (ExitCode.Cancelled or ExitCode.ServerUnavailable or ExitCode.StorageFailed))
        {
            // Another try would come to the same.
            await part.DiscardAsync();
            throw;
        }

        await part.CompleteAsync();
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"{path}: snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}, {Units.Bytes(made.ArchiveBytes)}");

        return ExitCode.Ok;
    }

    /// <summary>Which archive it will be. What has no checksum, because it is damaged or not there, is refused by the download itself.</summary>
    private static async Task<PartState> DescribeAsync(IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, CancellationToken cancellationToken)
    {
        var snapshots = await client.ListSnapshotsAsync(collection, cancellationToken);
        string? checksum = ChecksumOf(snapshot), baseChecksum = baseSnapshot is null ? null : ChecksumOf(baseSnapshot);
        return new PartState(collection, snapshot, baseSnapshot is not null && baseChecksum is null ? "" : checksum ?? "", baseChecksum, Bytes: 0, Sha256: "");

        string? ChecksumOf(string name) => snapshots.FirstOrDefault(info => info.Name == name && info.Problem is null)?.Checksum;
    }

    private void ThrowIfExists(string path, ParseResult arguments)
    {
        if (!arguments.GetValue(_overwrite) && File.Exists(path))
            throw new CliException(ExitCode.BadInput, "FileExists", $"there is a file {path} already; name another one, or say --overwrite", "file");
    }
}
