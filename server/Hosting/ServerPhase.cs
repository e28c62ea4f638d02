namespace VectorStore.Server.Hosting;

/// <summary>Where the server is between start and end. Only forward.</summary>
internal enum ServerPhase
{
    /// <summary>The ports are open, the data is being recovered.</summary>
    Starting = 0,

    /// <summary>Calls are answered.</summary>
    Ready = 1,

    /// <summary>The data could not be opened; the process ends.</summary>
    Failed = 2,

    /// <summary>Running calls may end, new ones are refused.</summary>
    Draining = 3,
}
