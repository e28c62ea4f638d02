using System.CommandLine;
using VectorStore.Cli.Output;

namespace VectorStore.Cli.Commands;

/// <summary>What all commands share: <c>--json</c>, and errors that become one sentence and an exit code.</summary>
internal abstract class CliCommand : Command
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON value on standard output and nothing else there." };

    protected CliCommand(string name, string description, CliEnvironment environment)
        : base(name, description)
    {
        Environment = environment;
        Options.Add(_json);
        SetAction(RunGuardedAsync);
    }

    protected CliEnvironment Environment { get; }

    protected bool IsJson(ParseResult arguments) => arguments.GetValue(_json);

    /// <summary>Does the work; throws where it cannot.</summary>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);

    private async Task<int> RunGuardedAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(arguments, cancellationToken);
        }
        catch (Exception exception)
        {
            var error = CliException.From(exception);
            ErrorReporter.Report(error, IsJson(arguments), Environment);
            return error.ExitCode;
        }
    }
}
