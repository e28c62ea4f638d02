using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Memory;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Tests.Quantization;

/// <summary>Every width of every kernel against the scalar one.</summary>
public sealed unsafe class CodeKernelTests : IDisposable
{
    private static readonly int[] s_dimensions = [.. Enumerable.Range(0, 131), 255, 256, 257, 384, 768, 784, 1_000, 1_536, 4_099, 8_192, 8_224, 65_536];

    private readonly NativeArena _left = new(1 << 20);
    private readonly NativeArena _right = new(1 << 20);

    public CodeKernelTests()
    {
        _left.EnsureCommitted(1 << 20);
        _right.EnsureCommitted(1 << 20);
    }

    [Fact]
    public void ByteSums_AtEveryWidth_AreTheSameIntegers()
    {
        var random = new Random(1);
        foreach (int dimension in s_dimensions)
        {
            CheckByteSums<ByteProductTerm>(random, dimension, 255, -4_095, 4_095);
            CheckByteSums<ByteProductTerm>(random, dimension, 127, -8_191, 8_191);
            CheckByteSums<ByteSquaredDifferenceTerm>(random, dimension, 255, -768, 1_023);
        }
    }

    [Fact]
    public void ByteSums_OfTheLargestTerms_DoNotOverflow()
    {
        const int Dimension = 65_536;
        new Span<byte>(_left.Start, Dimension).Fill(255);
        new Span<short>(_right.Start, Dimension).Fill(-768);
        Assert.All(ByteSumsOf<ByteSquaredDifferenceTerm>(Dimension), sum => Assert.Equal(1_023L * 1_023 * Dimension, sum));
        new Span<short>(_right.Start, Dimension).Fill(-4_095);
        Assert.All(ByteSumsOf<ByteProductTerm>(Dimension), sum => Assert.Equal(-4_095L * 255 * Dimension, sum));
    }

    [SkippableFact]
    public void ProjectedScorer_OfFourRows_SaysWhatItSaysOfEach()
    {
        Skip.IfNot(Avx2.IsSupported, "this processor has no AVX2; rows are measured one by one");
        var random = new Random(9);
        for (int strideBytes = 64; strideBytes <= 512; strideBytes += 64)
        {
            var rows = new Span<byte>(_left.Start, 16 * strideBytes);
            random.NextBytes(rows);
            for (int row = 0; row < 16; row++)
                MemoryMarshal.Write(rows[(row * strideBytes)..], (random.NextSingle() * 2_000) - 1_000);

            // The largest terms, too.
            rows[((3 * strideBytes) + 4)..(4 * strideBytes)].Fill(255);
            var query = new Span<sbyte>(_right.Start, strideBytes);
            for (int i = 0; i < strideBytes; i++)
                query[i] = i < 4 ? (sbyte)0 : strideBytes == 512 ? (sbyte)63 : (sbyte)random.Next(-63, 64);

            var scorer = new ProjectedScorer(_right.Start, _left.Start, (nuint)strideBytes, 0.37f);
            for (int round = 0; round < 20; round++)
            {
                uint[] points = [.. Enumerable.Range(0, 4).Select(_ => (uint)random.Next(16))];
                float[] together = new float[4];
                scorer.DistancesOfFour(points, together);
                for (int i = 0; i < 4; i++)
                    Assert.Equal(scorer.Distance(new PointOffset(points[i])), together[i]);
            }
        }
    }

    [Fact]
    public void ByteDifferences_AtEveryWidth_AreTheSameIntegers()
    {
        var random = new Random(2);
        foreach (int dimension in s_dimensions)
        {
            int length = RoundUp(dimension, ByteSums.UnitBytes);
            random.NextBytes(new Span<byte>(_left.Start, length));
            random.NextBytes(new Span<byte>(_right.Start, length));
            long expected = ByteDifferences.SumScalar(_left.Start, _right.Start, (nuint)length);
            Assert.Equal(expected, ByteDifferences.Sum128(_left.Start, _right.Start, (nuint)length));
            Assert.Equal(expected, ByteDifferences.Sum256(_left.Start, _right.Start, (nuint)length));
            Assert.Equal(expected, ByteDifferences.Sum512(_left.Start, _right.Start, (nuint)length));
            Assert.Equal(expected, ByteDifferences.Sum(_left.Start, _right.Start, (nuint)length));
        }
    }

    [Fact]
    public void PackedSums_AtEveryWidth_AreTheSameIntegersAndThoseOfTheUnpackedCodes()
    {
        var random = new Random(3);
        foreach (int dimension in s_dimensions)
        {
            CheckPackedSums<TwoBits>(random, dimension);
            CheckPackedSums<FourBits>(random, dimension);
        }
    }

    [Fact]
    public void BitSums_AtEveryWidth_AreTheSameIntegersAndThoseOfTheUnpackedCodes()
    {
        var random = new Random(4);
        foreach (int dimension in s_dimensions)
        {
            CheckBitSums<FourPlanes>(random, dimension, 7);
            CheckBitSums<EightPlanes>(random, dimension, 127);
        }
    }

    [Fact]
    public void TableSums_OfABlock_AreThoseOfItsRowsAndTheDefinition()
    {
        var random = new Random(9);
        int* sums = stackalloc int[TableSums.BlockRows];
        foreach (int length in Enumerable.Range(0, 131).Concat([392, 1_000]))
        {
            int stride = length + (length % 3);
            var codes = new Span<byte>(_left.Start, (stride * TableSums.BlockRows) + 16);
            var tables = new Span<byte>(_right.Start, length * 32);
            random.NextBytes(codes);
            random.NextBytes(tables);
            if (length % 5 == 0)
                tables.Fill(255);

            TableSums.SumBlock(_left.Start, (nuint)stride, _right.Start, (nuint)length, sums);
            for (int row = 0; row < TableSums.BlockRows; row++)
            {
                int expected = 0;
                for (int i = 0; i < length; i++)
                {
                    int code = codes[(row * stride) + i];
                    expected += tables[(32 * i) + (code & 15)] + tables[(32 * i) + 16 + (code >> 4)];
                }

                Assert.Equal(expected, TableSums.Sum(_left.Start + (row * stride), _right.Start, (nuint)length));
                Assert.Equal(expected, sums[row]);
            }
        }
    }

    [Fact]
    public void HalfSums_AtEveryWidth_AgreeWithTheScalarOne_SubnormalsIncluded()
    {
        var random = new Random(5);
        foreach (int dimension in s_dimensions.Where(d => d <= 65_536))
        {
            var query = new Span<float>(_left.Start, dimension);
            var row = new Span<Half>(_right.Start, dimension);
            for (int i = 0; i < dimension; i++)
            {
                query[i] = (float)(random.NextDouble() - 0.5);
                row[i] = (Half)((random.NextDouble() - 0.5) * (i % 3 == 0 ? 1e-6 : i % 3 == 1 ? 1 : 30_000));
            }

            CheckHalfSums<ProductTerm>(dimension);
            CheckHalfSums<SquaredDifferenceTerm>(dimension);
            CheckHalfSums<AbsoluteDifferenceTerm>(dimension);
        }
    }

    [Fact]
    public void HalfSums_OfEachFiniteHalf_ConvertItExactly()
    {
        var query = new Span<float>(_left.Start, 64);
        var row = new Span<ushort>(_right.Start, 64);
        for (int position = 0; position < 64; position += 7)
        {
            query.Clear();
            row.Clear();
            query[position] = 1;
            for (int bits = 0; bits <= ushort.MaxValue; bits++)
            {
                var half = BitConverter16(bits);
                if (!Half.IsFinite(half))
                    continue;

                row[position] = (ushort)bits;
                Assert.Equal((float)half, HalfSums.Sum128<ProductTerm>((float*)_left.Start, (ushort*)_right.Start, 64));
                Assert.Equal((float)half, HalfSums.Sum256<ProductTerm>((float*)_left.Start, (ushort*)_right.Start, 64));
                Assert.Equal((float)half, HalfSums.Sum512<ProductTerm>((float*)_left.Start, (ushort*)_right.Start, 64));
            }
        }
    }

    [Fact]
    public void HadamardTransform_IsTheDefinition()
    {
        var random = new Random(6);
        for (int length = 1; length <= 256; length *= 2)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-100, 100))];
            float[] expected = new float[length];
            for (int i = 0; i < length; i++)
            {
                for (int j = 0; j < length; j++)
                    expected[i] += int.PopCount(i & j) % 2 == 0 ? values[j] : -values[j];
            }

            HadamardTransform.Apply(values);
            Assert.Equal(expected, values);
        }
    }

    [Fact]
    public void Quantize_RoundsToTheNearestStepAndHoldsWhatIsOutside()
    {
        foreach (int dimension in s_dimensions.Where(d => d < 5_000))
        {
            var random = new Random(dimension);
            float[] values = [.. Enumerable.Range(0, dimension).Select(_ => (float)((random.NextDouble() * 4) - 2))];
            float[] offsets = [.. Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() - 1.5))];
            byte[] codes = new byte[dimension];
            FloatKernels.Quantize(values, offsets, 100, 200, codes);
            for (int i = 0; i < dimension; i++)
                Assert.InRange(Math.Clamp((values[i] - offsets[i]) * 100, 0, 200) - codes[i], -0.5001f, 0.5001f);

            Assert.Equal(values.Select(Math.Abs).DefaultIfEmpty(0).Max(), FloatKernels.MaxMagnitude(values));
        }
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
    }

    private static Half BitConverter16(int bits) => System.Runtime.CompilerServices.Unsafe.BitCast<ushort, Half>((ushort)bits);

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private void CheckByteSums<TTerm>(Random random, int dimension, int codeMax, int queryMin, int queryMax)
        where TTerm : struct, IQueryTerm
    {
        int length = RoundUp(dimension, ByteSums.UnitBytes);
        var codes = new Span<byte>(_left.Start, length);
        var query = new Span<short>(_right.Start, length);
        long expected = 0;
        for (int i = 0; i < length; i++)
        {
            codes[i] = (byte)random.Next(codeMax + 1);
            query[i] = (short)random.Next(queryMin, queryMax + 1);
            expected += TTerm.Of(query[i], codes[i]);
        }

        Assert.All(ByteSumsOf<TTerm>(length), sum => Assert.Equal(expected, sum));
    }

    private long[] ByteSumsOf<TTerm>(int length)
        where TTerm : struct, IQueryTerm =>
    [
        ByteSums.SumScalar<TTerm>(_left.Start, (short*)_right.Start, (nuint)length),
        ByteSums.Sum128<TTerm>(_left.Start, (short*)_right.Start, (nuint)length),
        ByteSums.Sum256<TTerm>(_left.Start, (short*)_right.Start, (nuint)length),
        ByteSums.Sum512<TTerm>(_left.Start, (short*)_right.Start, (nuint)length),
        ByteSums.Sum<TTerm>(_left.Start, (short*)_right.Start, (nuint)length),
    ];

    private void CheckPackedSums<TBits>(Random random, int dimension)
        where TBits : struct, IPackedBits
    {
        int length = CodePacking.RowBytes(dimension, TBits.Bits);
        byte[] codes = [.. Enumerable.Range(0, dimension).Select(_ => (byte)random.Next(1 << TBits.Bits))];
        var row = new Span<byte>(_left.Start, length);
        row.Clear();
        CodePacking.Pack(codes, TBits.Bits, row);
        var query = new Span<sbyte>(_right.Start, length * 8 / TBits.Bits);
        query.Clear();
        int expected = 0;
        for (int i = 0; i < dimension; i++)
        {
            query[i] = (sbyte)random.Next(-127, 128);
            expected += query[i] * codes[i];
        }

        sbyte* numbers = (sbyte*)_right.Start;
        nuint bytes = (nuint)length;
        Assert.Equal(expected, PackedSums.SumScalar<TBits>(_left.Start, numbers, bytes, bytes));
        Assert.Equal(expected, PackedSums.Sum128<TBits>(_left.Start, numbers, bytes, bytes));
        Assert.Equal(expected, PackedSums.Sum256<TBits>(_left.Start, numbers, bytes, bytes));
        Assert.Equal(expected, PackedSums.Sum512<TBits>(_left.Start, numbers, bytes, bytes));
        Assert.Equal(expected, PackedSums.Sum<TBits>(_left.Start, numbers, bytes));
    }

    private void CheckBitSums<TPlanes>(Random random, int dimension, int queryMax)
        where TPlanes : struct, IPlaneCount
    {
        int length = CodePacking.RowBytes(dimension, 1);
        byte[] codes = [.. Enumerable.Range(0, dimension).Select(_ => (byte)random.Next(2))];
        var row = new Span<byte>(_left.Start, length);
        row.Clear();
        CodePacking.Pack(codes, 1, row);
        sbyte[] query = [.. Enumerable.Range(0, dimension).Select(_ => (sbyte)random.Next(-queryMax, queryMax + 1))];
        var planes = new Span<byte>(_right.Start, length * TPlanes.Count);
        planes.Clear();
        CodePacking.PackPlanes(query, TPlanes.Count, length, planes);
        int expected = query.Zip(codes, (number, bit) => number * bit).Sum();
        byte* start = _right.Start;
        nuint bytes = (nuint)length;
        Assert.Equal(expected, BitSums.Sum<TPlanes>(_left.Start, start, bytes));
        foreach (int weight in new[] { 8, -8 })
        {
            int scalar = BitSums.Sum4Scalar(_left.Start, start, bytes, bytes, weight);
            Assert.Equal(scalar, BitSums.Sum4On128(_left.Start, start, bytes, bytes, weight));
            Assert.Equal(scalar, BitSums.Sum4On256(_left.Start, start, bytes, bytes, weight));
            Assert.Equal(scalar, BitSums.Sum4On512(_left.Start, start, bytes, bytes, weight));
        }
    }

    private void CheckHalfSums<TTerm>(int dimension)
        where TTerm : struct, ISumTerm
    {
        float* query = (float*)_left.Start;
        ushort* row = (ushort*)_right.Start;
        nuint length = (nuint)dimension;
        double size = 0;
        double expected = 0;
        for (int i = 0; i < dimension; i++)
        {
            double term = TTerm.Add(0.0, (double)query[i], (double)(float)System.Runtime.CompilerServices.Unsafe.BitCast<ushort, Half>(row[i]));
            expected += term;
            size += Math.Abs(term);
        }

        double tolerance = (dimension + 2) * size * 6e-8;
        foreach (float sum in new[]
        {
            HalfSums.SumScalar<TTerm>(query, row, length), HalfSums.Sum128<TTerm>(query, row, length), HalfSums.Sum256<TTerm>(query, row, length),
            HalfSums.Sum512<TTerm>(query, row, length), HalfSums.Sum<TTerm>(query, row, length),
        })
        {
            Assert.InRange(sum, expected - tolerance, expected + tolerance);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void NearestCentroid_OfBothPaths_IsTheSame(int width)
    {
        var random = new Random(width);
        float[] centroids = new float[16 * width];
        float[] transposed = new float[centroids.Length];
        float[] values = new float[width];
        for (int round = 0; round < 500; round++)
        {
            // Few different numbers, so that some centroids are equally near and the first of them must be named.
            for (int i = 0; i < centroids.Length; i++)
                centroids[i] = round % 2 == 0 ? random.Next(4) : random.NextSingle();
            for (int i = 0; i < width; i++)
                values[i] = round % 2 == 0 ? random.Next(4) : random.NextSingle();

            CentroidSearch.Transpose(centroids, transposed);
            var expected = Enumerable.Range(0, 16).MinBy(number => Enumerable.Range(0, width).Sum(i => Math.Pow((double)values[i] - centroids[(number * width) + i], 2)));
            var found = CentroidSearch.Nearest(transposed, values);
            Assert.Equal(CentroidSearch.NearestScalar(transposed, values), found);
            if (round % 2 == 0)
                Assert.Equal(expected, found.Number);
        }
    }

    [Fact]
    public void SignedCodes_AreRoundedAndSummed()
    {
        var random = new Random(4);
        for (int length = 0; length < 40; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * 20)];
            byte[] codes = new byte[length];
            int sum = FloatKernels.QuantizeSigned(values, 6.3f, codes);
            int[] expected = [.. values.Select(value => (int)MathF.Round(value * 6.3f))];
            Assert.Equal(expected, codes.Select(code => (int)(sbyte)code));
            Assert.Equal(expected.Sum(), sum);
        }
    }
}
