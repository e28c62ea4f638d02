namespace VectorStore.Engine;

/// <summary>What the scrubber does.</summary>
public enum ScrubState
{
    /// <summary>Nothing, and never will: <see cref="DatabaseOptions.ScrubPassTime"/> says so.</summary>
    Off = 0,

    /// <summary>Nothing until the next pass is due.</summary>
    Waiting = 1,

    /// <summary>A pass is under way.</summary>
    Running = 2,

    /// <summary>Nothing until it is resumed.</summary>
    Paused = 3,
}
