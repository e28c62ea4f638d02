namespace VectorStore.Engine;

/// <summary>What a job of the optimizer does.</summary>
public enum OptimizerJobKind
{
    /// <summary>Moves a segment that has grown into files, with codes and a graph.</summary>
    Seal = 0,

    /// <summary>Makes one sealed segment of several, or rewrites one without its dead rows.</summary>
    Merge = 1,

    /// <summary>Writes one sealed segment anew, because the collection is configured otherwise since it was built; only its codes where its graph may stay; or opens its files again where only their placement is another.</summary>
    Rebuild = 2,

    /// <summary>Makes the payload store anew without the space of payloads that were changed or deleted. Works on no segments; its rows are the points when it began.</summary>
    Renew = 3,
}
