using VectorStore.Datasets.Pictures;

namespace VectorStore.Datasets;

/// <summary>Makes many pictures out of some: shifted, turned a little, mirrored, made brighter or darker, with noise. Seeded; any of them by its number. Thread-safe.</summary>
/// <remarks>Picture n comes from original n modulo their number, so every original is used equally often. Real pictures moved a little keep the
/// neighbourhoods of real data, which random vectors do not have.</remarks>
public sealed class PictureAugmenter
{
    private const float ShiftMax = 2;
    private const float TurnMax = MathF.PI / 15;

    private readonly byte[] _originals;
    private readonly int _side;
    private readonly ulong _seed;

    /// <summary>Takes the originals, whole numbers from 0 to 255, square.</summary>
    /// <exception cref="ArgumentException">There are none, or they are not square.</exception>
    public PictureAugmenter(IVectorSource originals, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(originals);
        Dimension = originals.Dimension;
        _side = (int)Math.Sqrt(Dimension);
        _seed = seed;
        if (_side * _side != Dimension)
            throw new ArgumentException($"expected square pictures, got {Dimension} pixels", nameof(originals));

        using var bytes = new MemoryStream();
        float[] row = new float[Dimension];
        while (originals.TryRead(row))
        {
            foreach (float pixel in row)
                bytes.WriteByte((byte)Math.Clamp(pixel, 0, 255));
        }

        _originals = bytes.ToArray();
        Originals = _originals.Length / Dimension;
        if (Originals == 0)
            throw new ArgumentException($"expected pictures in {originals.File}, found none", nameof(originals));
    }

    /// <summary>Pixels per picture.</summary>
    public int Dimension { get; }

    /// <summary>How many originals there are.</summary>
    public int Originals { get; }

    /// <summary>Makes a picture.</summary>
    /// <param name="number">Which one; each number gives the same picture every time.</param>
    /// <param name="pixels">Shape <c>[Dimension]</c>; whole numbers from 0 to 255.</param>
    public void Make(long number, Span<float> pixels)
    {
        var random = new SplitMix64(_seed, (ulong)number);
        var original = _originals.AsSpan((int)(number % Originals) * Dimension, Dimension);
        float shiftX = random.Between(-ShiftMax, ShiftMax);
        float shiftY = random.Between(-ShiftMax, ShiftMax);
        float brightness = random.Between(0.85f, 1.15f);
        float noise = random.Between(0, 6);
        float mirror = (random.Next() & 1) == 0 ? 1 : -1;
        var (sin, cos) = MathF.SinCos(random.Between(-TurnMax, TurnMax));
        float centre = (_side - 1) / 2f;

        for (int y = 0; y < _side; y++)
        {
            for (int x = 0; x < _side; x++)
            {
                float u = x - centre - shiftX;
                float v = y - centre - shiftY;
                float sample = Sample(original, centre + (mirror * ((cos * u) + (sin * v))), centre + (cos * v) - (sin * u));
                float grain = sample > 0 ? random.Between(-noise, noise) : 0;
                pixels[(y * _side) + x] = MathF.Round(Math.Clamp((sample * brightness) + grain, 0, 255));
            }
        }
    }

    /// <summary>The grey between four pixels; black outside.</summary>
    private float Sample(ReadOnlySpan<byte> picture, float x, float y)
    {
        int left = (int)MathF.Floor(x);
        int top = (int)MathF.Floor(y);
        float right = x - left;
        float bottom = y - top;
        return ((1 - bottom) * (((1 - right) * Pixel(picture, left, top)) + (right * Pixel(picture, left + 1, top))))
            + (bottom * (((1 - right) * Pixel(picture, left, top + 1)) + (right * Pixel(picture, left + 1, top + 1))));
    }

    private float Pixel(ReadOnlySpan<byte> picture, int x, int y) =>
        (uint)x < (uint)_side && (uint)y < (uint)_side ? picture[(y * _side) + x] : 0;
}
