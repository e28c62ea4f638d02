namespace VectorStore.Cli.Importing;

/// <summary>Watches an import. Called from any thread.</summary>
internal interface IImportObserver
{
    /// <summary>A batch was acknowledged; <paramref name="total"/> counts all points acknowledged so far.</summary>
    void Acknowledged(ImportBatch batch, long total);

    /// <summary>Rows still wait for the index.</summary>
    void WaitingForIndex(long rows);
}
