using VectorStore.Engine.Memory;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary>The codes of all rows of one sealed index, in the order of its graph, with what is needed to measure queries against them. Immutable once made.</summary>
/// <remarks>Any number of threads may score at once, each with its own query memory. Dispose when nobody does any more.</remarks>
internal abstract class CodeTable : IDisposable
{
    /// <summary>The encoding; never <see cref="QuantizationKind.Auto"/>.</summary>
    public abstract QuantizationKind Kind { get; }

    /// <summary>The encoding in words, for explanations: "projected: 120 of 784 dimensions, 8 bits, 128 bytes a vector".</summary>
    public abstract string Description { get; }

    /// <summary>Rows.</summary>
    public abstract uint Count { get; }

    /// <summary>Native memory in use, parameters included; mapped files do not count.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Whether candidates must be measured again to be exact. False only for <see cref="QuantizationKind.None"/>.</summary>
    public virtual bool IsLossy => true;

    /// <summary>The beam is at least this many times as wide as results are wanted, where nobody says; all of it may be measured again.</summary>
    public abstract double DefaultOversampling { get; }

    /// <summary>Bytes a prepared query takes.</summary>
    public abstract int QueryBytes { get; }

    /// <summary>Prepares the query and hands a scorer for it to <paramref name="action"/>, once.</summary>
    /// <param name="query">Prepared like a stored vector (under cosine of unit length), shape <c>[dimension]</c>.</param>
    /// <param name="prepared">At least <see cref="QueryBytes"/> committed bytes, for this call alone.</param>
    /// <param name="action">What to do with the scorer.</param>
    public abstract void Score<TAction>(ReadOnlySpan<float> query, NativeArena prepared, ref TAction action)
        where TAction : struct, IScorerAction;

    /// <summary>Writes codes and parameters; <see cref="CodeTables.Load"/> reads them.</summary>
    public abstract void Save(BlockFileWriter writer);

    public abstract void Dispose();
}
