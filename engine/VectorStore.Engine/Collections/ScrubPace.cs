namespace VectorStore.Engine.Collections;

/// <summary>Keeps reading to a number of bytes a second, by resting. One thread.</summary>
/// <param name="rest">Waits.</param>
internal sealed class ScrubPace(Action<TimeSpan> rest)
{
    // Shorter rests cost more than they give.
    private static readonly TimeSpan s_restMin = TimeSpan.FromMilliseconds(10);

    private TimeSpan _due;

    public double BytesPerSecond { get; set; } = 1;

    /// <summary>So many bytes were read just now.</summary>
    public void Keep(long bytes)
    {
        _due += TimeSpan.FromSeconds(bytes / BytesPerSecond);
        if (_due < s_restMin)
            return;

        rest(_due);
        _due = TimeSpan.Zero;
    }
}
