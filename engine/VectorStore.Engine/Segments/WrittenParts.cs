using VectorStore.Engine.Vectors;

namespace VectorStore.Engine.Segments;

/// <summary>Parts of a sealed index as its files have them, opened and checked, but not used yet.</summary>
/// <remarks>
/// Until a manifest names the files, memory stays what the index is made of: a seal that fails behind them writes all of it once more, and must not copy from a map what nobody has checked again.
/// </remarks>
/// <param name="index">Whose parts they are; nobody else knows it yet.</param>
/// <param name="rows">The original vectors; null where they stay as they are.</param>
/// <param name="walk">Codes, graph and order; null where they stay.</param>
internal sealed class WrittenParts(SealedIndex index, VectorRows? rows, SealedWalk? walk) : IDisposable
{
    private bool _areUsed;

    /// <summary>Puts them in the place of what they were written from, whose memory goes. Cannot fail.</summary>
    public void Use()
    {
        _areUsed = true;
        index.Use(rows, walk);
    }

    public void Dispose()
    {
        if (_areUsed)
            return;

        rows?.Dispose();
        walk?.Dispose();
    }
}
