using VectorStore.Engine.Collections;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    // Set once the collections are open.
    private Scrubber? _scrubber;

    /// <summary>What the scrubber, which reads all sealed files in the background to find damage early, does and did. Cheap.</summary>
    /// <exception cref="DatabaseStateException">The database is closed.</exception>
    public ScrubStatus GetScrubStatus()
    {
        ThrowIfClosed();
        return _scrubber!.GetStatus();
    }

    /// <summary>The scrubber reads nothing until <see cref="ResumeScrub"/>. A pause is of this process and not stored. Does nothing where it is paused already.</summary>
    /// <exception cref="DatabaseStateException">The database is closed.</exception>
    public void PauseScrub()
    {
        ThrowIfClosed();
        _scrubber!.Pause();
    }

    /// <summary>The scrubber goes on where it was. Does nothing where it is not paused.</summary>
    /// <exception cref="DatabaseStateException">The database is closed.</exception>
    public void ResumeScrub()
    {
        ThrowIfClosed();
        _scrubber!.Resume();
    }
}
