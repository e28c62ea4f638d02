namespace VectorStore.Engine.Collections;

/// <summary>One file, or one payload store, that the scrubber reads.</summary>
/// <param name="Name">Path from the collection's directory's own name on: an order for all files of a database.</param>
/// <param name="Path">Of the file.</param>
/// <param name="Bytes">Of the file; of a payload store roughly.</param>
/// <param name="Verify">Reads every byte and throws at damage; tells how many bytes it read, now and then.</param>
/// <param name="IsStillNeeded">Whether the collection still has the file. Asked after damage.</param>
/// <param name="Report">Tells the collection of damage.</param>
internal sealed record ScrubUnit(
    string Name, string Path, long Bytes, Action<Action<long>, CancellationToken> Verify, Func<bool> IsStillNeeded, Action<VectorStoreException> Report);
