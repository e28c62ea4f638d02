using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;
using VectorStore.Lz4;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot download</c>: a snapshot becomes an archive.</summary>
internal sealed class SnapshotDownloadCommand : ClientCommand
{
    private const int BufferBytes = 1 << 20;

    private readonly SnapshotNames _names;
    private readonly Option<string?> _base = new("--base") { HelpName = "NAME", Description = "Leave out what this snapshot has, too: the file can be uploaded where that one is, and becomes whole there." };
    private readonly Option<string?> _compress = CommonOptions.Compress("where the file's name ends in .lz4.");
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file where there is one." };

    public SnapshotDownloadCommand(CliEnvironment environment)
        : base("download", "Writes a snapshot into a file, as an archive to keep elsewhere or to upload to another database.", environment)
    {
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."), ("file", "Where to; made whole or not at all. What was interrupted is in FILE.part, and the same command goes on with it; a compressed one is begun anew."));
        Options.Add(_base);
        Options.Add(_compress);
        Options.Add(_overwrite);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        var (collection, snapshot, path) = (names[0], names[1], Path.GetFullPath(names[2]));
        ThrowIfExists(path, arguments);
        bool compresses = IsCompressed(CommonOptions.ParseCompress(arguments.GetValue(_compress)), path);
        if (compresses)
            ArchiveWrapping.ThrowIfMissing();

        string? baseSnapshot = arguments.GetValue(_base);
        var (made, compressedBytes) = compresses
            ? await DownloadCompressedAsync(client, collection, snapshot, baseSnapshot, path, arguments, cancellationToken)
            : (await DownloadAsync(client, collection, snapshot, baseSnapshot, path, arguments, cancellationToken), (long?)null);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made, compressedBytes));
        else
            Environment.Out.WriteLine($"{path}: snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}, {SnapshotOutput.Size(made.ArchiveBytes, compressedBytes)}");

        return ExitCode.Ok;
    }

    /// <summary>A name tells what the file is; ranges and what was begun to be downloaded stay as they are where nobody asks for anything else.</summary>
    private static bool IsCompressed(ArchiveCompression compression, string path) =>
        compression == ArchiveCompression.Lz4 || (compression == ArchiveCompression.Auto && path.EndsWith(".lz4", StringComparison.Ordinal));

    /// <summary>Which archive it will be. What has no checksum, because it is damaged or not there, is refused by the download itself.</summary>
    private static async Task<PartState> DescribeAsync(IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, CancellationToken cancellationToken)
    {
        var snapshots = await client.ListSnapshotsAsync(collection, cancellationToken);
        string? checksum = ChecksumOf(snapshot), baseChecksum = baseSnapshot is null ? null : ChecksumOf(baseSnapshot);
        return new PartState(collection, snapshot, baseSnapshot is not null && baseChecksum is null ? "" : checksum ?? "", baseChecksum, Bytes: 0, Sha256: "");

        string? ChecksumOf(string name) => snapshots.FirstOrDefault(info => info.Name == name && info.Problem is null)?.Checksum;
    }

    /// <summary>The archive as it is; what an earlier process was interrupted in is gone on with.</summary>
    private async Task<SnapshotInfo> DownloadAsync(
        IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, string path, ParseResult arguments, CancellationToken cancellationToken)
    {
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
        return made;
    }

    /// <summary>The archive in an LZ4 frame, which is made from front to back: there is nothing that a later process could go on with.</summary>
    private async Task<(SnapshotInfo Made, long? CompressedBytes)> DownloadCompressedAsync(
        IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, string path, ParseResult arguments, CancellationToken cancellationToken)
    {
        // The file has its name only once it is whole; written through, so that no error of the disk comes after that.
        string unfinished = $"{path}.unfinished";
        SnapshotInfo made;
        long compressedBytes;
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.WriteThrough))
            {
                made = await ByteProgress.ShowAsync(Environment, "downloaded", progress => CompressAsync(client, collection, snapshot, baseSnapshot, file, progress, cancellationToken));
                compressedBytes = file.Length;
            }

            ThrowIfExists(path, arguments);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        return (made, compressedBytes);
    }

    private static async Task<SnapshotInfo> CompressAsync(
        IVectorStoreClient client, string collection, string snapshot, string? baseSnapshot, Stream file, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        await using var archive = new ArchivePipe(client, collection, snapshot, baseSnapshot, progress, cancellationToken);
        await using var frame = new Lz4EncodingStream(archive.Stream);
        await frame.CopyToAsync(file, BufferBytes, cancellationToken);
        return await archive.InfoAsync();
    }

    private void ThrowIfExists(string path, ParseResult arguments)
    {
        if (!arguments.GetValue(_overwrite) && File.Exists(path))
            throw new CliException(ExitCode.BadInput, "FileExists", $"there is a file {path} already; name another one, or say --overwrite", "file");
    }
}
