namespace VectorStore.Engine.Segments;

/// <summary>Collects what checking files shows. One thread.</summary>
/// <param name="onProgress">Called after each read and each file; null: nobody looks.</param>
internal sealed class VerifyTally(Action<VerifyTally>? onProgress = null)
{
    private readonly List<string> _problems = [];
    private readonly List<FileDamage> _damages = [];

    public int FilesRead { get; private set; }

    public long BytesRead { get; private set; }

    /// <summary>One sentence for each damage.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The same, for programs.</summary>
    public IReadOnlyList<FileDamage> Damages => _damages;

    /// <summary>What is being read, for people.</summary>
    public string File { get; set; } = "";

    /// <summary>Bytes were read.</summary>
    public void Advance(long bytes)
    {
        BytesRead += bytes;
        onProgress?.Invoke(this);
    }

    /// <summary>Runs one check; damage is collected, anything else goes on to the caller.</summary>
    /// <param name="check">Returns the bytes it has read and not told <see cref="Advance"/> of.</param>
    /// <returns>Whether all is well.</returns>
    public bool Check(Func<long> check) => Check(check, isGone: null);

    /// <summary>Runs one check of a file that somebody may remove meanwhile because it is of no use any more.</summary>
    /// <param name="check">As above.</param>
    /// <param name="isGone">Asked after damage: whether the file has lost its use, and the damage means nothing. Null: it cannot.</param>
    /// <returns>Whether all is well, or means nothing.</returns>
    public bool Check(Func<long> check, Func<bool>? isGone)
    {
        try
        {
            // In this order: the check itself counts what it reads.
            long rest = check();
            BytesRead += rest;
        }
        catch (VectorStoreException problem)
        {
            if (isGone?.Invoke() == true)
                return true;

            Add(problem);
            FilesRead++;
            return false;
        }

        FilesRead++;
        onProgress?.Invoke(this);
        return true;
    }

    /// <summary>Damage that somebody else has found.</summary>
    public void Add(VectorStoreException problem)
    {
        _problems.Add(problem.Message);
        _damages.Add(FileDamage.From(problem) ?? new FileDamage(File, null, problem.Message));
    }
}
