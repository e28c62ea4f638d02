using System.CommandLine;
using VectorStore.Cli.Client;

namespace VectorStore.Cli.Commands;

/// <summary>A command that works on a database: opens it, runs, closes it.</summary>
internal abstract class ClientCommand : CliCommand
{
    // A server's address (--endpoint) becomes the second way to say where the database is; exactly one of the two.
    private readonly Option<DirectoryInfo> _data = new("--data") { HelpName = "DIR", Description = "The data directory.", Required = true };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Tell on standard error what the engine does: recovery, sealing, quarantine." };

    protected ClientCommand(string name, string description, CliEnvironment environment)
        : base(name, description, environment)
    {
        Options.Add(_data);
        Options.Add(_verbose);
    }

    /// <summary>Whether the data directory is made where there is none.</summary>
    protected virtual bool CreatesDatabase => false;

    protected abstract Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken);

    /// <summary>Checks the options before the database is touched.</summary>
    protected virtual void Validate(ParseResult arguments)
    {
    }

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Validate(arguments);
        Action<string>? log = arguments.GetValue(_verbose) ? Environment.Error.WriteLine : null;
        var target = new ConnectionTarget(arguments.GetRequiredValue(_data).FullName, CreatesDatabase, log);
        await using var client = await Environment.ConnectAsync(target, cancellationToken);
        return await RunAsync(arguments, client, cancellationToken);
    }
}
