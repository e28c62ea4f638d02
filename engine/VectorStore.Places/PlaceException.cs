namespace VectorStore.Places;

/// <summary>A place does not do what was asked of it. The message is a sentence a person can act on; it names the place, and the key where there is one.</summary>
public sealed class PlaceException : Exception
{
    /// <summary>Makes an error.</summary>
    internal PlaceException(PlaceErrorReason reason, string message, string? place = null, string? key = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        Place = place;
        Key = key;
    }

    /// <summary>The machine-readable reason.</summary>
    public PlaceErrorReason Reason { get; }

    /// <summary><see cref="ISnapshotPlace.Address"/> of the place; null where there is none yet.</summary>
    public string? Place { get; }

    /// <summary>The key; null where it is about the place as a whole.</summary>
    public string? Key { get; }
}
