using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot upload</c>: an archive becomes a snapshot.</summary>
internal sealed class SnapshotUploadCommand : ClientCommand
{
    private readonly SnapshotNames _names;

    public SnapshotUploadCommand(CliEnvironment environment)
        : base("upload", "Makes a snapshot of an archive that was downloaded, here or elsewhere; all of it is checked before it is to be seen. Restore it to use it.", environment)
    {
        _names = new SnapshotNames(this, ("file", "The archive."));
    }

    protected override bool CreatesDatabase => true;

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var names = _names.Read(arguments);
        string collection = names[0];
        var file = new FileInfo(names[1]);
        await using var archive = file.OpenRead();
        var made = await ByteProgress.ShowAsync(Environment, "uploaded", progress => EndpointOf(arguments) is { } server
            ? UploadAsync(client, collection, server, file, archive, progress, cancellationToken)
            : client.UploadSnapshotAsync(collection, archive, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}: {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }

    /// <summary>Goes on with what has arrived of it, where an earlier command was interrupted and the server still knows.</summary>
    private static async Task<SnapshotInfo> UploadAsync(
        IVectorStoreClient client, string collection, string server, FileInfo file, Stream archive, IProgress<SnapshotProgress> progress, CancellationToken cancellationToken)
    {
        var upload = UploadId.Take(file, collection, server);
        try
        {
            var made = await client.UploadSnapshotAsync(collection, upload.Id, archive, progress, cancellationToken);
            UploadId.Forget(file);
            return made;
        }
        catch (Exception problem) when (CliException.From(problem).ExitCode is not (ExitCode.Cancelled or ExitCode.ServerUnavailable))
        {
            // The server would only give the same answer again.
            UploadId.Forget(file);
            throw;
        }
    }
}
