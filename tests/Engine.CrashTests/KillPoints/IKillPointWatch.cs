namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Is told of each kill point that is passed, by any thread.</summary>
internal interface IKillPointWatch
{
    /// <summary>Whether the process dies here.</summary>
    /// <param name="point">File, operation and moment: <c>manifest.sync.after</c>.</param>
    bool Strikes(string point);

    /// <summary>Ends it. Does not return.</summary>
    void Die();
}
