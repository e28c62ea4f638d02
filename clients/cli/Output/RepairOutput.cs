using System.Text.Json;
using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>What a repair did, or would do.</summary>
internal static class RepairOutput
{
    // On a terminal; JSON has all.
    private const int IdsShown = 20;

    public static void Write(Utf8JsonWriter json, RepairReport report)
    {
        json.WriteStartObject();
        json.WriteString("collection", report.Collection);
        json.WriteString("state", report.State.ToString().ToLowerInvariant());
        JsonOutput.WriteArray(json, "damages", report.Damages, CollectionOutput.WriteDamage);
        JsonOutput.WriteArray(json, "actions", report.Actions, (writer, action) => writer.WriteStringValue(action));
        JsonOutput.WriteArray(json, "losses", report.Losses, Write);
        json.WriteString("damagedDirectory", report.DamagedDirectory);
        json.WriteString("problem", report.Problem);
        json.WriteEndObject();
    }

    public static void Show(CliEnvironment environment, IReadOnlyList<RepairReport> reports)
    {
        foreach (var report in reports)
        {
            environment.Out.WriteLine($"{report.Collection}: {report.State.ToString().ToLowerInvariant()}");
            foreach (var damage in report.Damages)
                environment.Out.WriteLine($"  damage: {damage.File}{(damage.OffsetBytes is { } offset ? $" at byte {offset}" : "")}: {damage.Reason}");
            if (report.Problem is { } problem)
                environment.Out.WriteLine($"  cannot be repaired: {problem}");

            string verb = report.State == RepairState.Repaired ? "done" : "would do";
            foreach (string action in report.Actions)
                environment.Out.WriteLine($"  {verb}: {action}");
            foreach (var loss in report.Losses)
                ShowLoss(environment, loss, report.State == RepairState.Repaired ? "lost" : "would lose");
            if (report.State is RepairState.Repaired or RepairState.Repairable && report.Losses.Count == 0)
                environment.Out.WriteLine("  nothing is lost");
            if (report.DamagedDirectory is { } kept)
                environment.Out.WriteLine($"  the damaged originals are in {kept}");
            if (report.State == RepairState.Repairable)
                environment.Out.WriteLine("  nothing was changed; --accept-loss repairs it");
        }
    }

    private static void ShowLoss(CliEnvironment environment, RepairLoss loss, string verb)
    {
        environment.Out.WriteLine($"  {verb}: {loss.Message}");
        if (loss.PointIds.Count > 0)
            environment.Out.WriteLine($"    {string.Join(' ', loss.PointIds.Take(IdsShown))}{(loss.PointIds.Count > IdsShown ? $" and {loss.PointIds.Count - IdsShown} more; --json names all" : "")}");
    }

    private static void Write(Utf8JsonWriter json, RepairLoss loss)
    {
        json.WriteStartObject();
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName($"{loss.Kind}"));
        json.WriteString("message", loss.Message);
        if (loss.Kind == RepairLossKind.LogRecords)
        {
            json.WriteNumber("firstLsn", loss.FirstLsn);
            json.WriteNumber("lastLsn", loss.LastLsn);
        }

        if (loss.Segment is { } segment)
            json.WriteNumber("segment", segment);

        json.WriteNumber("points", loss.Points);
        JsonOutput.WriteArray(json, "pointIds", loss.PointIds, JsonOutput.WriteIdValue);
        json.WriteEndObject();
    }
}
