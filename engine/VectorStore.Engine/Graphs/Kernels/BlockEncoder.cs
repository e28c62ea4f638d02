using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Writes the block of a point.</summary>
internal static unsafe class BlockEncoder
{
    private const int Lanes = 16;

    /// <summary>Writes the block of <paramref name="point"/> from the codes of itself and its neighbours.</summary>
    public static void Encode(uint point, ReadOnlySpan<uint> links, CentredRows rows, BlockLayout layout, NativeArena blocks)
    {
        // SAFETY: the arena has a block for every point, links are below the count of the rows, and rows are as long as the layout's positions, a multiple of 64.
        byte* block = blocks.Start + ((long)point * layout.BlockBytes);
        byte* centre = RowOf(rows, point);
        ushort* signs = stackalloc ushort[layout.Positions / Lanes];
        for (int i = 0; i < layout.Groups * BlockLayout.GroupSize; i++)
        {
            byte* group = block + ((long)(i / BlockLayout.GroupSize) * layout.GroupBytes);
            int member = i % BlockLayout.GroupSize;
            uint link = i < links.Length ? links[i] : point;
            ((uint*)(group + BlockLayout.LinkOffset))[member] = link;
            var sums = Avx2.IsSupported ? CompareFast(RowOf(rows, link), centre, layout.Positions, signs) : Compare(RowOf(rows, link), centre, layout.Positions, signs);

            // Rooms without a neighbour hold the point itself, so far away that it is never taken.
            float factor = sums.Magnitude > 0 ? (float)sums.Squared / sums.Magnitude * rows.Step : 0;
            float shift = (rows.HeadFactor * (*(float*)RowOf(rows, link) - *(float*)centre)) + (rows.Step * ((factor * sums.CentreSigns) - (rows.Step * sums.CentreProduct)));
            ((float*)group)[member] = i < links.Length ? shift : float.PositiveInfinity;
            ((float*)(group + BlockLayout.FactorOffset))[member] = factor;
            byte* target = group + BlockLayout.SignOffset + BlockLayout.ByteOf(member);
            for (int position = 0; position < layout.Positions; position += 8)
                target[position / 8 * BlockLayout.GroupSize] = ((byte*)signs)[position / 8];
        }
    }

    /// <summary>What a point adds to its squared distance from a query, in the coordinates of the codes: its squared length, less twice what its head adds to a distance.</summary>
    public static float NormOf(uint point, CentredRows rows)
    {
        // SAFETY: as for Encode.
        byte* row = RowOf(rows, point);
        int squared = 0;
        for (int i = CentredRows.HeadBytes; i < CentredRows.HeadBytes + rows.Coordinates; i++)
        {
            int code = row[i] - CentredRows.Middle;
            squared += code * code;
        }

        return (rows.Step * rows.Step * squared) - (2 * rows.HeadFactor * *(float*)row);
    }

    /// <summary>The sums and the signs of the difference of two rows, as anybody would write them.</summary>
    internal static DifferenceSums Compare(byte* row, byte* centre, int positions, ushort* signs)
    {
        var sums = default(DifferenceSums);
        new Span<ushort>(signs, positions / Lanes).Clear();
        for (int i = CentredRows.HeadBytes; i < positions; i++)
        {
            int difference = row[i] - centre[i];
            int sign = difference < 0 ? -1 : 1;
            int middle = centre[i] - CentredRows.Middle;
            sums.Squared += difference * difference;
            sums.Magnitude += difference * sign;
            sums.CentreProduct += difference * middle;

            // Behind the codes both rows are zero, which is no coordinate: it must not count as one that is far below the middle.
            sums.CentreSigns += centre[i] == 0 && row[i] == 0 ? 0 : sign * middle;
            ((byte*)signs)[i / 8] |= (byte)(sign > 0 ? 1 << (i % 8) : 0);
        }

        return sums;
    }

    /// <summary>As <see cref="Compare"/>, 16 positions at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static DifferenceSums CompareFast(byte* row, byte* centre, int positions, ushort* signs)
    {
        var squared = Vector256<int>.Zero;
        var magnitude = Vector256<int>.Zero;
        var product = Vector256<int>.Zero;
        var centreSigns = Vector256<int>.Zero;
        var inside = Vector256.Create((short)0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
        var one = Vector256<short>.One;
        for (int i = 0; i < positions; i += Lanes)
        {
            var rowCodes = Avx2.ConvertToVector256Int16(row + i);
            var centreCodes = Avx2.ConvertToVector256Int16(centre + i);
            var difference = (rowCodes - centreCodes) & inside;
            var negative = Vector256.ShiftRightArithmetic(difference, 15);
            var sign = negative | one;
            var empty = Vector256.Equals(rowCodes | centreCodes, Vector256<short>.Zero);
            var middle = Vector256.AndNot((centreCodes - Vector256.Create((short)CentredRows.Middle)) & inside, empty);
            squared += Avx2.MultiplyAddAdjacent(difference, difference);
            magnitude += Avx2.MultiplyAddAdjacent(difference, sign);
            product += Avx2.MultiplyAddAdjacent(difference, middle);
            centreSigns += Avx2.MultiplyAddAdjacent(sign, middle);
            uint positive = ~Vector128.Narrow(negative.GetLower(), negative.GetUpper()).ExtractMostSignificantBits();
            signs[i / Lanes] = (ushort)(i == 0 ? positive & ~0xFu : positive);
            inside = Vector256<short>.AllBitsSet;
        }

        return new DifferenceSums
        {
            Squared = Vector256.Sum(squared),
            Magnitude = Vector256.Sum(magnitude),
            CentreProduct = Vector256.Sum(product),
            CentreSigns = Vector256.Sum(centreSigns),
        };
    }

    private static byte* RowOf(CentredRows rows, uint row) => rows.Start + ((long)row * rows.StrideBytes);
}
