using System.CommandLine;
using Spectre.Console;
using VectorStore.Cli.Client;
using VectorStore.Cli.Demo;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary><c>demo</c>: needs nothing but the program.</summary>
internal sealed class DemoCommand : CliCommand
{
    private const int CountMax = 1_000_000;

    private readonly TargetOptions _target;
    private readonly Option<int> _count = new("--count") { DefaultValueFactory = _ => 20_000, Description = "Pictures to store." };
    private readonly Option<ulong> _seed = new("--seed") { DefaultValueFactory = _ => 7, Description = "Another seed, other pictures." };

    public DemoCommand(CliEnvironment environment)
        : base("demo", "Draws pictures by code, stores them, finds similar ones, filters, deletes, reopens. Takes less than a minute.", environment)
    {
        _target = new TargetOptions(
            this,
            "Keep the data here. Default: a temporary directory, removed at the end.",
            "Use the server with this gRPC port: http://host:port. Its collection 'pictures' is made, and deleted at the end.");
        Options.Add(_count);
        Options.Add(_seed);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        int count = arguments.GetValue(_count);
        if (count is < 100 or > CountMax)
            throw CliException.BadInput($"--count: expected 100 to {CountMax}, got {count}", "count");

        var endpoint = _target.Endpoint(arguments);
        string? named = _target.Directory(arguments);
        if (endpoint is not null && named is not null)
            throw CliException.BadInput("expected at most one of --data and --endpoint, got both", "endpoint");

        string? directory = endpoint is null ? named ?? Directory.CreateTempSubdirectory("vectorstore-demo-").FullName : null;
        try
        {
            var target = new ConnectionTarget(directory, CreateIfMissing: true, Endpoint: endpoint);
            var story = new DemoStory(Environment, Console(arguments), target, count, arguments.GetValue(_seed));
            var summary = await story.RunAsync(cancellationToken);
            if (IsJson(arguments))
                JsonOutput.WriteObject(Environment, summary.Write);
        }
        finally
        {
            if (directory is not null && named is null)
                Directory.Delete(directory, recursive: true);
        }

        return ExitCode.Ok;
    }

    private IAnsiConsole Console(ParseResult arguments) =>
        IsJson(arguments) ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }) : Environment.Console;
}
