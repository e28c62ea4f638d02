using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

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
        await using var archive = new FileInfo(names[1]).OpenRead();
        var made = await ByteProgress.ShowAsync(
            Environment, "uploaded", progress => client.UploadSnapshotAsync(collection, archive, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of {SnapshotOutput.Whose(collection)}: {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
