namespace VectorStore.Linearizability;

/// <summary>One call of a history.</summary>
/// <param name="Client">Who made it.</param>
/// <param name="Call">What was asked, and what was answered.</param>
/// <param name="Invoked">When, by a clock that ticks once with each event.</param>
/// <param name="Responded">When it was answered; where it never was, the moment from which on it has no effect any more, <see cref="long.MaxValue"/> for never.</param>
/// <param name="IsUnknown">Whether it was never answered: it may have its effect, until <paramref name="Responded"/>, or none.</param>
internal sealed record RecordedCall<TCall>(int Client, TCall Call, long Invoked, long Responded, bool IsUnknown = false)
{
    public override string ToString() =>
        $"client {Client}, {Invoked} to {(Responded == long.MaxValue ? "ever" : Responded)}{(IsUnknown ? " (not answered)" : "")}: {Call}";
}
