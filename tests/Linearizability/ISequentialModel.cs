namespace VectorStore.Linearizability;

/// <summary>What an object is when nothing happens at the same time: a state, and what each call makes of it.</summary>
internal interface ISequentialModel<TState, TCall>
    where TState : struct, IEquatable<TState>
{
    /// <summary>Before the first call.</summary>
    TState Initial { get; }

    /// <summary>Makes a call.</summary>
    /// <param name="before">The state it meets.</param>
    /// <param name="call">What was asked and what was answered; a call whose answer is not known agrees with any.</param>
    /// <param name="after">The state it leaves.</param>
    /// <returns>False where a call that meets this state would have had another answer.</returns>
    bool TryStep(TState before, TCall call, out TState after);
}
