namespace VectorStore.Engine;

/// <summary>Whether a collection seals, merges and rebuilds by itself.</summary>
public enum OptimizerState
{
    /// <summary>Nothing runs; the next job begins by itself when it is due.</summary>
    Idle = 0,

    /// <summary>A job runs.</summary>
    Running = 1,

    /// <summary>Nothing is begun by itself until <see cref="Collection.ResumeOptimizer"/>. <see cref="OptimizerStatus.Current"/> may still name a job: one that was asked for, or one that is just stopping.</summary>
    Paused = 2,
}
