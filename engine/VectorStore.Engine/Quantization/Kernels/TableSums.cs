using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Σ of table entries named by the nibbles of a code: byte i names one entry of table 2i with its low nibble and one of table 2i + 1 with its high one. Tables have 16 bytes each.</summary>
internal static unsafe class TableSums
{
    private const nuint TableBytes = 16;
    private const int LowNibble = 0x0F;
    private const int ColumnsPerTile = 16;

    // Two entries a column into 16 bits.
    private const nuint ColumnsPerSum = 128;

    /// <summary>Rows that <see cref="SumBlock"/> measures together.</summary>
    public const int BlockRows = 32;

    /// <summary>One row. A vector shuffle looks 16 nibbles up in one table, but the nibbles of a row are each for another table; so this is done one at a time, in sums that do not wait for each other.</summary>
    public static int Sum(byte* code, byte* tables, nuint length)
    {
        int sum0 = 0;
        int sum1 = 0;
        int sum2 = 0;
        int sum3 = 0;
        nuint i = 0;

        // SAFETY: the caller keeps length bytes of code and two tables for each; a nibble is below 16.
        for (; i + 2 <= length; i += 2)
        {
            byte* table = tables + (i * 2 * TableBytes);
            int first = code[i];
            int second = code[i + 1];
            sum0 += table[first & LowNibble];
            sum1 += table[TableBytes + (nuint)(first >> 4)];
            sum2 += table[(2 * TableBytes) + (nuint)(second & LowNibble)];
            sum3 += table[(3 * TableBytes) + (nuint)(second >> 4)];
        }

        if (i < length)
        {
            byte* table = tables + (i * 2 * TableBytes);
            sum0 += table[code[i] & LowNibble];
            sum1 += table[TableBytes + (nuint)(code[i] >> 4)];
        }

        return (sum0 + sum1) + (sum2 + sum3);
    }

    /// <summary>
    /// <see cref="BlockRows"/> rows one behind the other, as in the fast scan of André, Kermarrec and Le Scouarnec, VLDB 2015: one shuffle looks a nibble of all of them up. They store blocks
    /// transposed; here a tile of 16 bytes of each row is transposed in passing, which costs half as much again and leaves rows in one piece for graphs, which ask for single ones.
    /// </summary>
    /// <param name="codes">The code of the first row. Up to 15 bytes behind that of the last one are read, and ignored.</param>
    /// <param name="strideBytes">From one row to the next.</param>
    /// <param name="tables">As for <see cref="Sum"/>.</param>
    /// <param name="length">Bytes of a code.</param>
    /// <param name="sums">One for each row.</param>
    public static void SumBlock(byte* codes, nuint strideBytes, byte* tables, nuint length, int* sums)
    {
        if (!Avx2.IsSupported)
        {
            for (nuint row = 0; row < BlockRows; row++)
                sums[row] = Sum(codes + (row * strideBytes), tables, length);

            return;
        }

        SumBlockAvx2(codes, strideBytes, tables, length, sums);
    }

    [SkipLocalsInit]
    private static void SumBlockAvx2(byte* codes, nuint strideBytes, byte* tables, nuint length, int* sums)
    {
        // Row i of a tile is in the lower half of vector i, row i + 16 in the upper; so are the columns' rows after transposing.
        var tile = stackalloc Vector256<byte>[ColumnsPerTile];
        var other = stackalloc Vector256<byte>[ColumnsPerTile];
        var mask = Vector256.Create((byte)LowNibble);
        new Span<int>(sums, BlockRows).Clear();
        var all = Vector256<ushort>.Zero;
        var odd = Vector256<ushort>.Zero;
        nuint pending = 0;

        // SAFETY: the caller keeps the rows, 15 bytes more, and two tables for each byte of a code.
        for (nuint i = 0; i < length; i += ColumnsPerTile)
        {
            for (nuint row = 0; row < ColumnsPerTile; row++)
                tile[row] = Vector256.Create(Vector128.Load(codes + (row * strideBytes) + i), Vector128.Load(codes + ((row + ColumnsPerTile) * strideBytes) + i));

            Interleave(tile, other);
            Interleave(other, tile);
            Interleave(tile, other);
            Interleave(other, tile);
            nuint columns = Math.Min(ColumnsPerTile, length - i);
            for (nuint column = 0; column < columns; column++)
            {
                byte* table = tables + ((i + column) * 2 * TableBytes);
                var bytes = tile[column];
                var low = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), bytes & mask);
                var high = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table + TableBytes), (bytes.AsUInt16() >>> 4).AsByte() & mask);

                // Sums of whole 16-bit lanes, and of their upper bytes; the lower bytes' are the difference.
                all += low.AsUInt16() + high.AsUInt16();
                odd += (low.AsUInt16() >>> 8) + (high.AsUInt16() >>> 8);
            }

            pending += columns;
            if (pending + ColumnsPerTile > ColumnsPerSum)
            {
                Flush(all, odd, sums);
                (all, odd, pending) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero, 0);
            }
        }

        Flush(all, odd, sums);
    }

    /// <summary>One of four stages that transpose 16 × 16 bytes in each half: neighbours in the result come from vectors i and i + 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector256<byte>* source, Vector256<byte>* target)
    {
        for (int i = 0; i < ColumnsPerTile / 2; i++)
        {
            target[2 * i] = Avx2.UnpackLow(source[i], source[i + (ColumnsPerTile / 2)]);
            target[(2 * i) + 1] = Avx2.UnpackHigh(source[i], source[i + (ColumnsPerTile / 2)]);
        }
    }

    private static void Flush(Vector256<ushort> all, Vector256<ushort> odd, int* sums)
    {
        // The upper bytes count 256 in the sums of lanes, which wrap; what is left is below 65,536 again.
        var even = all - (odd << 8);
        for (int lane = 0; lane < BlockRows / 2; lane++)
        {
            sums[2 * lane] += even[lane];
            sums[(2 * lane) + 1] += odd[lane];
        }
    }
}
