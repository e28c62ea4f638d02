using System.CommandLine;
using System.CommandLine.Invocation;
using VectorStore.Cli.Commands;
using VectorStore.Cli.Output;

namespace VectorStore.Cli;

/// <summary>The command tree and how it is run.</summary>
internal static class CommandLineApp
{
    // Ctrl-C lets the batches in flight finish; a disk that hangs longer than this does not hold the terminal.
    private static readonly TimeSpan s_cancellationTimeout = TimeSpan.FromSeconds(60);

    public static RootCommand Build(CliEnvironment environment) => new($"VectorStore: a vector database, in a directory (--data) or of a server (--endpoint). {ExitCode.Help}")
    {
        new DemoCommand(environment),
        new CollectionsCommand(environment),
        new ImportCommand(environment),
        new SearchCommand(environment),
        new GetCommand(environment),
        new CountCommand(environment),
        new DeleteCommand(environment),
        new PayloadCommand(environment),
        new StatusCommand(environment),
        new OptimizerCommand(environment),
        new VerifyCommand(environment),
        new ScrubCommand(environment),
        new SnapshotCommand(environment),
        new RepairCommand(environment),
    };

    /// <summary>Runs one command line and returns its exit code. Nothing is thrown.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var arguments = Build(environment).Parse(args);
        if (arguments.Errors.Count > 0 && arguments.Action is ParseErrorAction)
            return ReportUsage(args, arguments, environment);

        var configuration = new InvocationConfiguration
        {
            Output = environment.Out,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_cancellationTimeout,
        };
        return await arguments.InvokeAsync(configuration, cancellationToken);
    }

    private static int ReportUsage(IReadOnlyList<string> args, ParseResult arguments, CliEnvironment environment)
    {
        string command = CommandPath(arguments.CommandResult.Command);
        string errors = string.Join(" ", arguments.Errors.Select(error => error.Message));
        var exception = CliException.BadInput($"{errors} See '{command} --help'.");
        ErrorReporter.Report(exception, args.Contains("--json"), environment);
        return exception.ExitCode;
    }

    private static string CommandPath(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent
        ? $"{CommandPath(parent)} {command.Name}"
        : "vectorstore";
}
