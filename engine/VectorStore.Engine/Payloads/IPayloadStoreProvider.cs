namespace VectorStore.Engine.Payloads;

/// <summary>Opens payload stores of one kind: FASTER, or the one in memory.</summary>
internal interface IPayloadStoreProvider
{
    /// <summary>Makes an empty store in <paramref name="directory"/>, which does not exist or holds an older one that is thrown away.</summary>
    /// <param name="directory">The store's own directory; nobody else looks in.</param>
    /// <param name="pointsExpected">How many values to size the index for.</param>
    IPayloadStore Create(string directory, long pointsExpected);

    /// <summary>Reopens the state of <paramref name="checkpoint"/>; null where anything about it is in doubt, and the caller rebuilds with <see cref="Create"/>.</summary>
    IPayloadStore? TryRecover(string directory, PayloadCheckpoint checkpoint, out string? doubt);
}
