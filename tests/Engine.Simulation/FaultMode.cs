namespace VectorStore.Engine.Simulation;

/// <summary>How a chosen call fails.</summary>
[Flags]
internal enum FaultMode
{
    /// <summary>The first call that matches fails, without effect.</summary>
    Once = 0,

    /// <summary>Every call that matches fails until the faults are cleared.</summary>
    Persistent = 1,

    /// <summary>A write puts down, or a read returns, a part before it fails. A read with errno 0 gives the part as if the file ended there.</summary>
    Partial = 2,
}
