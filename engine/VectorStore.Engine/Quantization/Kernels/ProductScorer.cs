using System.Runtime.CompilerServices;
using VectorStore.Engine.Distance;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Measures product codes against one query: the row's own term − scale × the sum of the query's table entries that the row's nibbles name.</summary>
/// <remarks>A row is its term, a float, then its nibbles. The query is a table of 16 bytes for each nibble.</remarks>
internal readonly unsafe struct ProductScorer : IPointScorer
{
    /// <summary>Bytes of a row before its nibbles.</summary>
    public const int HeadBytes = sizeof(float);

    /// <summary>Where the tables of a prepared query begin.</summary>
    public const int TablesOffset = 192;

    // Rows asked for in order before a block is measured, and how many may be left out between two: graphs ask at random, and a block costs as much as a few rows.
    private const uint RunMin = 3;
    private const uint GapMax = 4;

    // A block is loaded in whole vectors, up to 15 bytes behind its last row; these rows, of eight bytes at least, are there. What follows the last row of all may not be memory.
    private const uint SpareRows = 2;

    private readonly ScanBlock* _block;
    private readonly byte* _tables;
    private readonly byte* _rows;
    private readonly uint _count;
    private readonly nuint _strideBytes;
    private readonly nuint _codeBytes;
    private readonly float _scale;

    /// <param name="prepared">A cleared <see cref="ScanBlock"/>, and the tables.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many.</param>
    /// <param name="strideBytes">From one row to the next.</param>
    /// <param name="codeBytes">Bytes of nibbles in a row.</param>
    /// <param name="scale">What sums are multiplied by.</param>
    public ProductScorer(NativeArena prepared, NativeArena rows, uint count, int strideBytes, int codeBytes, float scale)
    {
        _block = (ScanBlock*)prepared.Start;
        _tables = prepared.Start + TablesOffset;
        _count = count;
        _rows = rows.Start;
        _strideBytes = (nuint)strideBytes;
        _codeBytes = (nuint)codeBytes;
        _scale = scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Distance(PointOffset offset)
    {
        // SAFETY: the owner of the rows keeps them alive and unmoved during a search, and offset names a row.
        byte* row = _rows + (offset.Value * _strideBytes);
        return Unsafe.ReadUnaligned<float>(row) - (_scale * SumOf(offset.Value, row));
    }

    private int SumOf(uint offset, byte* row)
    {
        // SAFETY: the block is in the query's memory, which is this scorer's alone.
        uint place = offset - _block->Start;
        if (place < _block->Length)
            return _block->Sums[place];

        bool inOrder = offset - _block->Last - 1 <= GapMax;
        _block->Last = offset;
        _block->Run = inOrder ? _block->Run + 1 : 0;
        if (_block->Run < RunMin || _count - offset < TableSums.BlockRows + SpareRows)
            return TableSums.Sum(row + HeadBytes, _tables, _codeBytes);

        TableSums.SumBlock(row + HeadBytes, _strideBytes, _tables, _codeBytes, _block->Sums);
        _block->Start = offset;
        _block->Length = TableSums.BlockRows;
        _block->Last = offset + TableSums.BlockRows - 1;
        return _block->Sums[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(PointOffset offset) => CodePrefetch.Row(_rows + (offset.Value * _strideBytes), _codeBytes + HeadBytes);
}
