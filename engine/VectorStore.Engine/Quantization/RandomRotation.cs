using System.Numerics;
using VectorStore.Engine.Quantization.Kernels;

namespace VectorStore.Engine.Quantization;

/// <summary>A random orthogonal transform of any dimension in O(d log d), known by its seed. After it the numbers of any vector look as if drawn from one bell curve.</summary>
/// <remarks>
/// Four rounds: signs flipped at random, then a Walsh–Hadamard transform of the largest power of two that fits, at the front and at the back by turns. Where that is not the whole
/// vector, the two halves are then mixed, each pair turned by 45° as in the random walk of Kac, so that no number is left out of any round.
/// Ailon and Chazelle, SIAM J. Comput. 2009, for the transform with random signs; Gao and Long, arXiv:2405.12497, for what needs it here.
/// Thread-safe. The same seed gives the same rotation on every machine.
/// </remarks>
internal sealed class RandomRotation
{
    private const int Rounds = 4;
    private const uint SignBit = 0x8000_0000;
    private const float SquareRootOfHalf = 0.70710678f;

    private readonly uint[][] _signs = new uint[Rounds][];
    private readonly int _transformed;
    private readonly float _scale;

    public RandomRotation(int dimension, ulong seed)
    {
        Dimension = dimension;
        Seed = seed;
        _transformed = 1 << BitOperations.Log2((uint)dimension);
        _scale = (float)(1 / Math.Sqrt(_transformed));
        ulong state = seed;
        for (int round = 0; round < Rounds; round++)
        {
            uint[] signs = new uint[dimension];
            for (int i = 0; i < dimension; i++)
                signs[i] = (uint)(Next(ref state) >> 32) & SignBit;

            _signs[round] = signs;
        }
    }

    public int Dimension { get; }

    public ulong Seed { get; }

    public long MemoryBytes => (long)Rounds * Dimension * sizeof(uint);

    /// <summary>Rotates in place. Lengths and inner products stay what they are, up to rounding.</summary>
    public void Apply(Span<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Dimension);
        for (int round = 0; round < Rounds; round++)
        {
            // The transform makes numbers longer by the root of its length, which the flips before it take off again.
            int rest = Dimension - _transformed;
            int start = round % 2 == 0 ? 0 : rest;
            int restStart = round % 2 == 0 ? _transformed : 0;
            HadamardTransform.ScaleAndFlip(vector.Slice(start, _transformed), _signs[round].AsSpan(start, _transformed), _scale);
            HadamardTransform.ScaleAndFlip(vector.Slice(restStart, rest), _signs[round].AsSpan(restStart, rest), 1);
            HadamardTransform.Apply(vector.Slice(start, _transformed));
            if (rest == 0)
                continue;

            int half = Dimension / 2;
            HadamardTransform.Butterfly(vector[..half], vector[^half..], SquareRootOfHalf);
        }
    }

    /// <summary>SplitMix64: Steele, Lea and Flood, OOPSLA 2014.</summary>
    private static ulong Next(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15;
        ulong mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
