using System.Numerics;
using System.Runtime.InteropServices;

namespace VectorStore.Datasets.Exact;

/// <summary>Sums over one query and many rows. Four rows share one load of the query, which is what the speed of this loop hangs on.</summary>
internal static class RowKernel
{
    private const int RowsAtOnce = 4;

    /// <summary>Writes one sum per row.</summary>
    /// <param name="query">Shape <c>[dimension]</c>.</param>
    /// <param name="rows">Shape <c>[sums.Length, dimension]</c>, row-major.</param>
    /// <param name="sums">Shape <c>[rows]</c>.</param>
    public static void Compute<T>(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> sums)
        where T : struct, IAccumulation
    {
        int dimension = query.Length;
        int row = 0;
        for (; row + RowsAtOnce <= sums.Length; row += RowsAtOnce)
        {
            var four = rows.Slice(row * dimension, RowsAtOnce * dimension);
            ComputeFour<T>(query, four[..dimension], four.Slice(dimension, dimension), four.Slice(2 * dimension, dimension), four[(3 * dimension)..], sums[row..]);
        }

        for (; row < sums.Length; row++)
            sums[row] = ComputeOne<T>(query, rows.Slice(row * dimension, dimension));
    }

    /// <summary>One sum. The lanes are added in the same order as in the loop over four, so that equal rows give equal sums.</summary>
    public static float ComputeOne<T>(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
        where T : struct, IAccumulation
    {
        var queryLanes = MemoryMarshal.Cast<float, Vector<float>>(query);
        var rowLanes = MemoryMarshal.Cast<float, Vector<float>>(row);
        var sum = Vector<float>.Zero;
        for (int i = 0; i < queryLanes.Length; i++)
            sum = T.Add(sum, queryLanes[i], rowLanes[i]);

        return AddTail<T>(Vector.Sum(sum), query, row);
    }

    private static void ComputeFour<T>(
        ReadOnlySpan<float> query, ReadOnlySpan<float> row0, ReadOnlySpan<float> row1, ReadOnlySpan<float> row2, ReadOnlySpan<float> row3, Span<float> sums)
        where T : struct, IAccumulation
    {
        var queryLanes = MemoryMarshal.Cast<float, Vector<float>>(query);
        var lanes0 = MemoryMarshal.Cast<float, Vector<float>>(row0);
        var lanes1 = MemoryMarshal.Cast<float, Vector<float>>(row1);
        var lanes2 = MemoryMarshal.Cast<float, Vector<float>>(row2);
        var lanes3 = MemoryMarshal.Cast<float, Vector<float>>(row3);
        Vector<float> sum0 = Vector<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (int i = 0; i < queryLanes.Length; i++)
        {
            var lane = queryLanes[i];
            sum0 = T.Add(sum0, lane, lanes0[i]);
            sum1 = T.Add(sum1, lane, lanes1[i]);
            sum2 = T.Add(sum2, lane, lanes2[i]);
            sum3 = T.Add(sum3, lane, lanes3[i]);
        }

        sums[0] = AddTail<T>(Vector.Sum(sum0), query, row0);
        sums[1] = AddTail<T>(Vector.Sum(sum1), query, row1);
        sums[2] = AddTail<T>(Vector.Sum(sum2), query, row2);
        sums[3] = AddTail<T>(Vector.Sum(sum3), query, row3);
    }

    private static float AddTail<T>(float sum, ReadOnlySpan<float> query, ReadOnlySpan<float> row)
        where T : struct, IAccumulation
    {
        for (int i = query.Length - (query.Length % Vector<float>.Count); i < query.Length; i++)
            sum = T.Add(sum, query[i], row[i]);

        return sum;
    }
}
