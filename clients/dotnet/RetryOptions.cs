namespace VectorStore.Client;

/// <summary>
/// When and how often a call is repeated that failed because the server could not be reached, the connection broke, or the server was too busy. Nothing else is repeated, and nothing beyond
/// the call's time.
/// </summary>
/// <remarks>
/// Repeated are reads, and writes of points: each write carries an id by which the server recognises a repetition and applies it once. Creating, deleting and restoring
/// a collection or a snapshot is repeated only where no connection was made, so that the first try cannot have taken effect.
/// </remarks>
public sealed class RetryOptions
{
    /// <summary>Tries of one call, the first included. 1 to 100; 1: never repeated. Default 5.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>Wait before the first repetition. It doubles with each, and is spread at random so that clients do not come back all at once. Not negative. Default 100 ms.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait. Not negative. Default 2 s.</summary>
    public TimeSpan DelayMax { get; set; } = TimeSpan.FromSeconds(2);
}
