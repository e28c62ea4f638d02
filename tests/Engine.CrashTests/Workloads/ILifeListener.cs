namespace VectorStore.Engine.CrashTests.Workloads;

/// <summary>Follows a life from outside: what it has asked for and what was answered follows from its seed and from how often that has changed.</summary>
internal interface ILifeListener
{
    /// <summary>A database is about to be opened.</summary>
    void Opening();

    /// <summary>It is open.</summary>
    void Opened();

    /// <summary>Something was asked for and not done yet, or was answered. Every call of the engine that changes anything lies between two of these.</summary>
    void Changed();

    /// <summary>The identity of the log of a collection, which is drawn anew each time.</summary>
    /// <param name="own">As the collection says.</param>
    /// <returns>The one to remember.</returns>
    Guid Log(Guid own);
}
