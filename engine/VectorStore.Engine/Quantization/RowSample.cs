using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Quantization;

/// <summary>The rows an encoding is trained on: spread evenly over the table, the same ones every time.</summary>
internal readonly struct RowSample
{
    private readonly FloatRows _rows;
    private readonly ReadOnlyMemory<uint> _order;

    public RowSample(FloatRows rows, ReadOnlyMemory<uint> order, int countMax)
    {
        _rows = rows;
        _order = order;
        Count = Math.Min(order.Length, countMax);
    }

    public int Count { get; }

    public ReadOnlySpan<float> this[int index] => _rows.Row(_order.Span[(int)((long)index * _order.Length / Count)]);

    /// <summary>The mean of each dimension, summed in double precision. Zeros of no rows.</summary>
    public float[] Mean()
    {
        double[] sums = new double[_rows.Dimension];
        for (int i = 0; i < Count; i++)
        {
            var row = this[i];
            for (int j = 0; j < sums.Length; j++)
                sums[j] += row[j];
        }

        return [.. sums.Select(Divided)];
    }

    private float Divided(double sum) => Count == 0 ? 0 : (float)(sum / Count);
}
