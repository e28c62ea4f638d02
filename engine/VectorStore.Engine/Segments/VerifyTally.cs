namespace VectorStore.Engine.Segments;

/// <summary>Collects what checking files shows. One thread.</summary>
internal sealed class VerifyTally
{
    private readonly List<string> _problems = [];

    public int FilesRead { get; private set; }

    public long BytesRead { get; private set; }

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Runs one check; damage becomes a sentence, anything else goes on to the caller.</summary>
    /// <param name="check">Returns the bytes it has read.</param>
    public void Check(Func<long> check)
    {
        try
        {
            BytesRead += check();
        }
        catch (VectorStoreException problem)
        {
            _problems.Add(problem.Message);
        }

        FilesRead++;
    }
}
