using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot upload</c>: an archive becomes a snapshot.</summary>
internal sealed class SnapshotUploadCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<FileInfo> _file = new("file") { Description = "The archive." };

    public SnapshotUploadCommand(CliEnvironment environment)
        : base("upload", "Makes a snapshot of an archive that was downloaded, here or elsewhere; all of it is checked before it is to be seen. Restore it to use it.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_file);
    }

    protected override bool CreatesDatabase => true;

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        await using var archive = arguments.GetRequiredValue(_file).OpenRead();
        var made = await ByteProgress.ShowAsync(
            Environment, "uploaded", progress => client.UploadSnapshotAsync(collection, archive, progress, cancellationToken));
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => SnapshotOutput.Write(json, made));
        else
            Environment.Out.WriteLine($"snapshot '{made.Name}' of collection '{collection}': {SnapshotOutput.Describe(made)}");

        return ExitCode.Ok;
    }
}
