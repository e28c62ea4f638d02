using System.Runtime.InteropServices;
using VectorStore.Engine.Quantization.Kernels;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Quantization;

/// <summary><see cref="QuantizationKind.Rotated"/>: vectors are centred on the segment's mean, rotated at random, and each dimension is kept in 1, 2, 4 or 8 bits.</summary>
/// <remarks>
/// RaBitQ: Gao and Long, arXiv:2405.12497, for one bit; Gao et al., arXiv:2409.09913, for more. Paper → here: o_r − c rotated is o, of length n; x̄ is the grid point v; the estimate of ⟨o, q⟩ is
/// f · ⟨v, q⟩ with f = n² / ⟨v, o⟩, which is unbiased over rotations. A row has what depends on it alone (<see cref="RotatedRow"/>), then its codes.
/// We differ in the rotation (<see cref="RandomRotation"/>) and in the scaling of the query, whose own rounding is divided out along its direction.
/// Everything is computed in a unit in which the largest number among the vectors is about 1. Encoding: RotatedCodes.Encoding.cs; queries: RotatedCodes.Queries.cs.
/// </remarks>
internal sealed partial class RotatedCodes : CodeTable
{
    private readonly Metric _metric;
    private readonly int _bits;
    private readonly float _unit;
    private readonly float[] _centre;
    private readonly RandomRotation _rotation;
    private readonly CodeRows _rows;

    private RotatedCodes(Metric metric, int bits, float unit, float[] centre, RandomRotation rotation, CodeRows rows)
    {
        _metric = metric;
        _bits = bits;
        _unit = unit;
        _centre = centre;
        _rotation = rotation;
        _rows = rows;
    }

    public override QuantizationKind Kind => QuantizationKind.Rotated;

    public override string Description => $"rotated: {Dimension} dimensions, {_bits} bits, {CodeBytes} bytes of codes in {_rows.StrideBytes} bytes a vector";

    public override uint Count => _rows.Count;

    public override long MemoryBytes => _rows.MemoryBytes + _rotation.MemoryBytes;

    public override double DefaultOversampling => _bits switch { 1 => 5, 2 => 3, 4 => 2, _ => 1.5 };

    /// <summary>Bytes of a row that are codes, without the numbers before them.</summary>
    public int CodeBytes => CodePacking.RowBytes(Dimension, _bits);

    private int Dimension => _centre.Length;

    public static RotatedCodes Load(CodeTableHeader header, BlockFileReader reader)
    {
        int bits = header.Setting;
        if (bits is not (1 or 2 or 4 or 8))
            throw new CorruptDataException(reader.Path, 2, $"there are no rotated codes of {bits} bits");
        if (header.Metric == Metric.Manhattan)
            throw new CorruptDataException(reader.Path, 1, "there are no rotated codes for the Manhattan distance");

        header.Expect(bits, StrideOf(header.Dimension, bits), ParameterBytes(header.Dimension), reader.Path);
        var parameters = new CodeParameters(header, reader);
        ulong seed = parameters.ReadUInt64();
        float unit = parameters.ReadPositive();
        float[] centre = parameters.ReadSingles(header.Dimension);
        return new RotatedCodes(header.Metric, bits, unit, centre, new RandomRotation(header.Dimension, seed), CodeRows.Load(header, reader));
    }

    public RotatedCodes Reorder(ReadOnlySpan<uint> order) => new(_metric, _bits, _unit, _centre, _rotation, _rows.Reorder(order));

    public override void Save(BlockFileWriter writer)
    {
        int parameterBytes = ParameterBytes(Dimension);
        var parameters = new CodeParameters(parameterBytes).Write(_rotation.Seed).Write(_unit).Write(_centre);
        _rows.Save(writer, new CodeTableHeader(Kind, _metric, _bits, Dimension, Count, _rows.StrideBytes, parameterBytes), parameters.Bytes);
    }

    public override void Dispose() => _rows.Dispose();

    private static int StrideOf(int dimension, int bits) => CodeRows.StrideOf(RotatedRow.HeadBytes + CodePacking.RowBytes(dimension, bits));

    private static int ParameterBytes(int dimension) => sizeof(ulong) + (sizeof(float) * (1 + dimension));

    private float NumberOf(uint row, int offset) => MemoryMarshal.Read<float>(_rows.Row(row)[offset..]);
}
