using VectorStore.Engine.Collections;

namespace VectorStore.Engine;

public sealed partial class VectorDatabase
{
    // Set once the collections are open.
    private Scrubber? _scrubber;

    /// <summary>What the scrubber, which reads sealed segments, closed log files and payload stores in the background to find damage early, does and did. Cheap.</summary>
    /// <exception cref="DatabaseStateException">The database is closed.</exception>
    public ScrubStatus GetScrubStatus()
    {
        ThrowIfClosed();
        return _scrubber!.GetStatus();
    }

    /// <summary>Reads every file that the scrubber reads, now, at <see cref="DatabaseOptions.ScrubBytesPerSecondMax"/>, whether it is paused, switched off or neither; <see cref="GetScrubStatus"/> tells how far it is.</summary>
    /// <remarks>
    /// Reads, writes, sealing and merging go on; what a merge replaces meanwhile is no damage. A damaged collection turns red, as by any pass. A pass that runs by itself rests meanwhile; one that came to its end counts as the last full
    /// pass, and the next is due as long after it as ever. One at a time: whoever asks while one runs waits for it, and then gets another.
    /// </remarks>
    /// <param name="cancellationToken">Ends it; what was found stays known.</param>
    /// <exception cref="DatabaseStateException">The database is closed, or was before the end.</exception>
    public async Task<ScrubReport> RunScrubAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        try
        {
            return await _scrubber!.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            ThrowIfClosed();
            throw;
        }
    }

    /// <summary>The scrubber reads nothing until <see cref="ResumeScrub"/>. A pause is of this process and not stored, and does not keep <see cref="RunScrubAsync"/> from reading. Does nothing where it is paused already.</summary>
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
