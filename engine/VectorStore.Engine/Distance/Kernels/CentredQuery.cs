namespace VectorStore.Engine.Distance.Kernels;

/// <summary>A query in the coordinates of <see cref="CentredRows"/>.</summary>
/// <param name="coordinates">Its coordinates, from the centre.</param>
/// <param name="unit">What 1 of a scorer's distance is worth, where half a squared distance and a negated product are alike.</param>
/// <param name="middle">What scorers leave out because codes are around a middle: with it, a scorer's distance is that of the coordinates.</param>
internal readonly ref struct CentredQuery(ReadOnlySpan<float> coordinates, float unit, float middle)
{
    public ReadOnlySpan<float> Coordinates { get; } = coordinates;

    public float Unit => unit;

    public float Middle => middle;
}
