namespace VectorStore.Cli.Importing;

/// <summary>Where an import's points come from, in order. Not thread-safe.</summary>
internal interface IPointSource : IDisposable
{
    /// <summary>For messages.</summary>
    string File { get; }

    /// <summary>How many points there are; null where only the end tells.</summary>
    long? Count { get; }

    /// <summary>Adds the next point to a batch; false at the end.</summary>
    bool TryRead(ImportBatch batch);
}
