using System.CommandLine;
using VectorStore.Cli.Client;

namespace VectorStore.Cli.Commands;

/// <summary>A command that works on a database, in this process or of a server: opens it, runs, closes it.</summary>
internal abstract class ClientCommand : CliCommand
{
    private readonly TargetOptions _target;
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Tell on standard error what the engine does: recovery, sealing, quarantine. With --endpoint the server's own log has that." };

    protected ClientCommand(string name, string description, CliEnvironment environment)
        : base(name, description, environment)
    {
        _target = new TargetOptions(this, "The data directory, opened in this process. Either this or --endpoint.", "The gRPC port of a server: http://host:port. Either this or --data.");
        Options.Add(_verbose);
    }

    /// <summary>Whether the data directory is made where there is none.</summary>
    protected virtual bool CreatesDatabase => false;

    /// <summary>Why a data directory will not do; null where it will.</summary>
    protected virtual string? RefusesDirectory => null;

    protected abstract Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken);

    /// <summary>The server that is named; null where it is a directory.</summary>
    protected string? EndpointOf(ParseResult arguments) => _target.Endpoint(arguments)?.ToString();

    /// <summary>Checks the options before the database is touched.</summary>
    protected virtual void Validate(ParseResult arguments)
    {
    }

    /// <summary>Runs where the arguments ask for no database; null: they ask for one.</summary>
    protected virtual Task<int>? RunWithoutDatabase(ParseResult arguments, CancellationToken cancellationToken) => null;

    /// <summary>Refuses a database where an option stands for something else.</summary>
    protected void ThrowIfDatabase(ParseResult arguments, string option)
    {
        if (_target.Directory(arguments) is not null || _target.Endpoint(arguments) is not null)
            throw CliException.BadInput($"--{option} needs neither --data nor --endpoint, got one of them", option);
    }

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Validate(arguments);
        if (RunWithoutDatabase(arguments, cancellationToken) is { } running)
            return await running;

        Action<string>? log = arguments.GetValue(_verbose) ? Environment.Error.WriteLine : null;
        var target = _target.Read(arguments, CreatesDatabase, log);
        if (target.DataDirectory is not null && RefusesDirectory is { } reason)
            throw CliException.BadInput($"--data: {reason}", "data");

        await using var client = await Environment.ConnectAsync(target, cancellationToken);
        return await RunAsync(arguments, client, cancellationToken);
    }
}
