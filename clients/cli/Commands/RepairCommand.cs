using System.CommandLine;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>repair</c>: offline, so it knows a directory only.</summary>
internal sealed class RepairCommand : CliCommand
{
    private readonly Argument<string?> _collection = new("collection") { Description = "Name of the collection. Default: all.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<DirectoryInfo?> _data = new("--data") { HelpName = "DIR", Description = "The data directory. Nobody may have it open." };
    private readonly Option<bool> _acceptLoss = new("--accept-loss")
    {
        Description = "Repair: drop what cannot be recovered, keep everything else, and move the damaged originals below damaged/. Without it nothing is changed.",
    };

    public RepairCommand(CliEnvironment environment)
        : base("repair", "Says what is damaged and what repairing it would lose; with --accept-loss, repairs it. Exit code 3 where something is left damaged.", environment)
    {
        Arguments.Add(_collection);
        Options.Add(_data);
        Options.Add(_acceptLoss);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string directory = arguments.GetValue(_data)?.FullName ?? throw CliException.BadInput("--data: expected a directory; a server's data is repaired while the server is stopped", "data");
        if (!Directory.Exists(directory))
            throw CliException.NotFound("DataDirectoryNotFound", $"there is no data directory {directory}", "data");

        bool acceptLoss = arguments.GetValue(_acceptLoss);
        var reports = await VectorDatabase.RepairAsync(directory, acceptLoss, arguments.GetValue(_collection), options: null, cancellationToken);
        bool isDamaged = reports.Any(report => report.State is RepairState.Repairable or RepairState.Unrepairable);
        if (IsJson(arguments))
        {
            JsonOutput.WriteObject(Environment, json =>
            {
                json.WriteBoolean("acceptLoss", acceptLoss);
                json.WriteBoolean("damaged", isDamaged);
                JsonOutput.WriteArray(json, "collections", reports, RepairOutput.Write);
            });
        }
        else
            RepairOutput.Show(Environment, reports);

        return isDamaged ? ExitCode.Damaged : ExitCode.Ok;
    }
}
