using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>Compares rows of <see cref="ByteRows"/> by their numbers.</summary>
/// <typeparam name="TDistance">The distance the rows are made for.</typeparam>
internal readonly unsafe struct ByteSpace<TDistance>(ByteRows rows)
    where TDistance : struct, IByteDistance
{
    private const int LineBytes = 64;

    private readonly byte* _start = rows.Start;
    private readonly nuint _strideBytes = (nuint)rows.StrideBytes;

    public int StrideBytes => (int)_strideBytes;

    // SAFETY (all): the owner of the rows keeps them while the graph is built, and callers name rows there are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Distance(uint left, uint right) => TDistance.Compute(_start + (left * _strideBytes), _start + (right * _strideBytes), _strideBytes);

    /// <summary>Copies rows, one after the other, into memory of the caller: rows that are compared often then lie together.</summary>
    public void Gather(ReadOnlySpan<uint> points, Span<byte> target)
    {
        for (int i = 0; i < points.Length; i++)
            new ReadOnlySpan<byte>(_start + (points[i] * _strideBytes), (int)_strideBytes).CopyTo(target[(i * (int)_strideBytes)..]);
    }

    /// <summary>Distances from one row to all gathered rows from <paramref name="first"/> on.</summary>
    public void Distances(uint row, ReadOnlySpan<byte> gathered, int first, Span<int> distances)
    {
        fixed (byte* start = gathered)
            Distances(_start + (row * _strideBytes), start, first, distances);
    }

    /// <summary>Distances from the gathered row <paramref name="row"/> to all gathered rows from <paramref name="first"/> on.</summary>
    public void Distances(int row, ReadOnlySpan<byte> gathered, int first, Span<int> distances)
    {
        fixed (byte* start = gathered)
            Distances(start + ((nuint)row * _strideBytes), start, first, distances);
    }

    /// <summary>Equal rows have equal hashes (FNV-1a over 64-bit words, turned).</summary>
    public ulong Hash(uint row)
    {
        ulong* words = (ulong*)(_start + (row * _strideBytes));
        ulong hash = 0xCBF29CE484222325;
        for (nuint i = 0; i < _strideBytes / sizeof(ulong); i++)
            hash = BitOperations.RotateLeft((hash ^ words[i]) * 0x100000001B3, 29);

        return hash;
    }

    /// <summary>Whether two rows are the same to the byte.</summary>
    public bool AreEqual(uint left, uint right) =>
        new ReadOnlySpan<byte>(_start + (left * _strideBytes), (int)_strideBytes).SequenceEqual(new ReadOnlySpan<byte>(_start + (right * _strideBytes), (int)_strideBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint row)
    {
        if (!Sse.IsSupported)
            return;

        for (nuint line = 0; line < _strideBytes; line += LineBytes)
            Sse.Prefetch0(_start + (row * _strideBytes) + line);
    }

    private void Distances(byte* left, byte* gathered, int first, Span<int> distances)
    {
        byte* right = gathered + ((nuint)first * _strideBytes);
        for (int i = 0; i < distances.Length; i++, right += _strideBytes)
            distances[i] = TDistance.Compute(left, right, _strideBytes);
    }
}
