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
        _names = new SnapshotNames(this, ("snapshot", "Name of the snapshot."), ("file", "Where to; made whole or not at all."));
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

        // The file has its name only once it is whole; written through, so that no error of the disk comes after that.
        string unfinished = $"{path}.unfinished";
        SnapshotInfo made;
        long? compressedBytes = null;
        try
        {
            await using (var archive = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.WriteThrough))
            {
                made = await ByteProgress.ShowAsync(
                    Environment,
                    "downloaded",
                    progress => compresses
                        ? CompressAsync(client, collection, snapshot, arguments.GetValue(_base), archive, progress, cancellationToken)
                        : client.DownloadSnapshotAsync(collection, snapshot, arguments.GetValue(_base), archive, progress, cancellationToken));
                compressedBytes = compresses ? archive.Length : null;
            }

            ThrowIfExists(path, arguments);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made, compressedBytes));
        else
            Environment.Out.WriteLine($"{path}: snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}, {SnapshotOutput.Size(made.ArchiveBytes, compressedBytes)}");

        return ExitCode.Ok;
    }

    /// <summary>A name tells what the file is; ranges and what was begun to be downloaded stay as they are where nobody asks for anything else.</summary>
    private static bool IsCompressed(ArchiveCompression compression, string path) =>
        compression == ArchiveCompression.Lz4 || (compression == ArchiveCompression.Auto && path.EndsWith(".lz4", StringComparison.Ordinal));

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
