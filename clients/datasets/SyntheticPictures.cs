using VectorStore.Datasets.Pictures;

namespace VectorStore.Datasets;

/// <summary>Draws small grey pictures of simple shapes by code: seeded, any of them by its number. Thread-safe.</summary>
/// <param name="seed">Another seed, other pictures.</param>
public sealed class SyntheticPictures(ulong seed)
{
    /// <summary>Width and height.</summary>
    public const int Side = 28;

    /// <summary>Pixels per picture.</summary>
    public const int Dimension = Side * Side;

    private static readonly int s_shapes = Enum.GetValues<PictureShape>().Length;

    /// <summary>Draws a picture.</summary>
    /// <param name="number">Which one; each number gives the same picture every time.</param>
    /// <param name="pixels">Shape <c>[Side, Side]</c>, row-major; whole numbers from 0 (black) to 255.</param>
    /// <returns>What it shows.</returns>
    public PictureShape Draw(long number, Span<float> pixels)
    {
        var random = new SplitMix64(seed, (ulong)number);
        var shape = (PictureShape)(random.Next() % (ulong)s_shapes);
        float centreX = random.Between(-0.25f, 0.25f);
        float centreY = random.Between(-0.25f, 0.25f);
        float size = random.Between(0.45f, 0.75f);
        float stroke = random.Between(0.09f, 0.16f);
        float brightness = random.Between(170, 255);
        float noise = random.Between(4, 24);
        var (sin, cos) = MathF.SinCos(random.Between(0, MathF.Tau));

        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float u = (((2 * x) + 1f) / Side) - 1 - centreX;
                float v = (((2 * y) + 1f) / Side) - 1 - centreY;
                float distance = ShapeDistance.Compute(shape, ((cos * u) + (sin * v)) / size, ((cos * v) - (sin * u)) / size, stroke / size);

                // One pixel of blur at the edge, then noise everywhere.
                float ink = Math.Clamp(0.5f - (distance * size * Side / 2), 0, 1);
                pixels[(y * Side) + x] = MathF.Round(Math.Clamp((ink * brightness) + random.Between(-noise, noise), 0, 255));
            }
        }

        return shape;
    }
}
