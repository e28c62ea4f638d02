using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>The tables of a query: for each four coordinates and each choice of signs, the query's product with those signs, in steps above the least.</summary>
internal static class SignTables
{
    private static readonly Vector256<float>[] s_low = [.. Enumerable.Range(0, BlockLayout.PositionsPerLookup).Select(bit => Chosen(0, bit))];
    private static readonly Vector256<float>[] s_high = [.. Enumerable.Range(0, BlockLayout.PositionsPerLookup).Select(bit => Chosen(8, bit))];

    /// <summary>Fills the tables; returns what a step is worth.</summary>
    /// <param name="query">The query, as many numbers as a block has positions.</param>
    /// <param name="tables">Receives 16 bytes for each four of them.</param>
    /// <param name="least">What a sum of 0 is worth.</param>
    public static float Fill(ReadOnlySpan<float> query, Span<byte> tables, out float least)
    {
        float sum = 0;
        float widest = 0;
        for (int i = 0; i < query.Length; i += BlockLayout.PositionsPerLookup)
        {
            float magnitude = MathF.Abs(query[i]) + MathF.Abs(query[i + 1]) + MathF.Abs(query[i + 2]) + MathF.Abs(query[i + 3]);
            sum += magnitude;
            widest = Math.Max(widest, magnitude);
        }

        // From all signs against the query to all with it is twice the magnitude.
        least = -sum;
        float step = 2 * widest / BlockLayout.TableMax;
        if (!(step > 0) || !float.IsFinite(1 / step))
        {
            tables.Clear();
            return 0;
        }

        float twice = 2 / step;
        for (int i = 0; i < query.Length; i += BlockLayout.PositionsPerLookup)
        {
            // A half more, so that cutting off rounds.
            var low = Vector256.Create(0.5f);
            var high = low;
            for (int bit = 0; bit < BlockLayout.PositionsPerLookup; bit++)
            {
                float value = query[i + bit] * twice;
                var negative = Vector256.Create(Math.Max(-value, 0));
                low = low + (s_low[bit] * Vector256.Create(value)) + negative;
                high = high + (s_high[bit] * Vector256.Create(value)) + negative;
            }

            var words = Vector256.Narrow(Vector256.ConvertToInt32(low), Vector256.ConvertToInt32(high)).AsUInt16();
            var bytes = Vector128.Narrow(words.GetLower(), words.GetUpper());
            Vector128.Min(bytes, Vector128.Create((byte)BlockLayout.TableMax)).CopyTo(tables[(i * BlockLayout.TableEntries / BlockLayout.PositionsPerLookup)..]);
        }

        return step;
    }

    /// <summary>1 for each of eight entries that have the bit, 0 for the others.</summary>
    private static Vector256<float> Chosen(int start, int bit)
    {
        Span<float> chosen = stackalloc float[Vector256<float>.Count];
        for (int i = 0; i < chosen.Length; i++)
            chosen[i] = ((start + i) >> bit) & 1;

        return Vector256.Create<float>(chosen);
    }
}
