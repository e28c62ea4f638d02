using System.CommandLine;
using System.Globalization;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>snapshot schedule set</c>.</summary>
internal sealed class SnapshotScheduleSetCommand : ClientCommand
{
    private readonly SnapshotNames _names;
    private readonly Option<string> _every = new("--every") { HelpName = "TIME", Required = true, Description = "From one snapshot to the next: a number with m, h or d behind it, as 30m, 6h, 1d." };
    private readonly Option<int> _keep = new("--keep") { HelpName = "N", Required = true, Description = "How many of the snapshots made so stay, the newest. 1 to 1000." };
    private readonly Option<string?> _prefix = new("--prefix") { HelpName = "TEXT", Description = "What their names begin with; the time follows. Default: scheduled." };

    public SnapshotScheduleSetCommand(CliEnvironment environment)
        : base("set", "Has snapshots made by themselves while a server, or another process, has the database open. Replaces the schedule there is; only what it made itself is ever removed.", environment)
    {
        _names = new SnapshotNames(this);
        Options.Add(_every);
        Options.Add(_keep);
        Options.Add(_prefix);
    }

    protected override void Validate(ParseResult arguments) => ParseTime(arguments.GetRequiredValue(_every));

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var schedule = new SnapshotSchedule
        {
            CollectionName = _names.Read(arguments)[0],
            Every = ParseTime(arguments.GetRequiredValue(_every)),
            Keep = arguments.GetValue(_keep),
        };
        if (arguments.GetValue(_prefix) is { } prefix)
            schedule = schedule with { Prefix = prefix };

        var status = await client.SetSnapshotScheduleAsync(schedule, cancellationToken);
        if (IsJson(arguments))
            JsonOutput.Write(Environment, json => ScheduleOutput.Write(json, status));
        else
            Environment.Out.WriteLine($"snapshots of {SnapshotOutput.Whose(schedule.CollectionName)} are made every {ScheduleOutput.Time(schedule.Every)}, {schedule.Keep} stay; the next at {ScheduleOutput.Time(status.NextRun)}");

        return ExitCode.Ok;
    }

    private static TimeSpan ParseTime(string text)
    {
        double minutes = text.Length == 0 ? 0 : text[^1] switch
        {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            _ => 0,
        };
        bool isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return minutes > 0 && isNumber
            ? TimeSpan.FromMinutes(number * minutes)
            : throw CliException.BadInput($"--every: expected a whole number with m, h or d behind it, as 30m, 6h or 1d, got '{text}'", "every");
    }
}
