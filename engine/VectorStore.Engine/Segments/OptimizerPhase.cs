namespace VectorStore.Engine;

/// <summary>Where a job of the optimizer is. With several named vectors, <see cref="Encode"/> to <see cref="Calibrate"/> come once for each.</summary>
public enum OptimizerPhase
{
    /// <summary>Copies the rows alive out of the segments to merge or rebuild, or the payloads alive out of the store, or reads files again that are to be placed elsewhere.</summary>
    Copy = 0,

    /// <summary>Makes codes of the vectors: before the graph those to build by, after it those to search by.</summary>
    Encode = 1,

    /// <summary>Builds the graph: most of the work.</summary>
    Build = 2,

    /// <summary>Measures what searches find with how much effort.</summary>
    Calibrate = 3,

    /// <summary>Writes the files, makes them durable and puts the new segment, or store, in its place. Pausing does not stop it any more.</summary>
    Write = 4,
}
