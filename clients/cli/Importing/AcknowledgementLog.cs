namespace VectorStore.Cli.Importing;

/// <summary>Writes <c>acked FIRST LAST</c>, the ids of a batch's ends, as soon as it is acknowledged: what a crash test may hold us to.</summary>
internal sealed class AcknowledgementLog(TextWriter output, IImportObserver next) : IImportObserver
{
    public void Acknowledged(ImportBatch batch, long total)
    {
        output.WriteLine($"acked {batch.Points[0].Id} {batch.Points[^1].Id}");
        output.Flush();
        next.Acknowledged(batch, total);
    }

    public void WaitingForIndex(long rows) => next.WaitingForIndex(rows);
}
