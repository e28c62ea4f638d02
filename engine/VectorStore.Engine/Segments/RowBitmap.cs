using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>A set of rows of one segment: what a payload filter accepts, as the graph sees it. Rented memory; dispose after the search.</summary>
internal sealed class RowBitmap : IDisposable
{
    private readonly uint _rowCount;
    private ulong[] _words;

    public RowBitmap(uint rowCount)
    {
        _rowCount = rowCount;
        WordCount = (int)((rowCount + 63L) / 64);
        _words = ArrayPool<ulong>.Shared.Rent(Math.Max(1, WordCount));
        _words.AsSpan(0, WordCount).Clear();
    }

    /// <summary>How many rows are in the set.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (ulong word in _words.AsSpan(0, WordCount))
                count += BitOperations.PopCount(word);

            return count;
        }
    }

    private int WordCount { get; }

    public void Add(PointOffset offset) => _words[offset.Value >> 6] |= 1UL << (int)(offset.Value & 63);

    public Filter AsFilter() => new(_words, _rowCount);

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_words);
        _words = [];
    }

    /// <summary>The set as an accept-set. Rows appended after it was made are not in it.</summary>
    internal readonly struct Filter(ulong[] words, uint rowCount) : IPointFilter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Accepts(PointOffset offset) =>
            offset.Value < rowCount && (words[offset.Value >> 6] & (1UL << (int)(offset.Value & 63))) != 0;
    }
}
