namespace VectorStore.Datasets.Pictures;

/// <summary>Signed distances from a point to a shape of about unit size at the origin; negative is inside.</summary>
internal static class ShapeDistance
{
    public static float Compute(PictureShape shape, float x, float y, float stroke) => shape switch
    {
        PictureShape.Blob => Length(x, y) - 0.75f,
        PictureShape.Ring => MathF.Abs(Length(x, y) - 0.8f) - stroke,
        PictureShape.Bar => Stroke(x, y, 0, -1, 0, 1, stroke * 1.3f),
        PictureShape.Cross => MathF.Min(Stroke(x, y, 0, -0.9f, 0, 0.9f, stroke), Stroke(x, y, -0.9f, 0, 0.9f, 0, stroke)),
        PictureShape.Frame => MathF.Abs(MathF.Max(MathF.Abs(x), MathF.Abs(y)) - 0.7f) - stroke,
        PictureShape.Triangle => MathF.Max(MathF.Max((0.866f * x) + (0.5f * y), (-0.866f * x) + (0.5f * y)), -y) - 0.5f,
        PictureShape.Arc => MathF.Max(MathF.Abs(Length(x, y) - 0.8f) - stroke, -y - 0.1f),
        PictureShape.Stripes => MathF.Max(MathF.Abs(MathF.Abs(MathF.Abs(x) - 0.3f) - 0.3f) - stroke, MathF.Abs(y) - 0.8f),
        PictureShape.Pair => MathF.Min(Length(x - 0.55f, y), Length(x + 0.55f, y)) - 0.38f,
        _ => MathF.Min(Stroke(x, y, -0.6f, -0.7f, -0.6f, 0.7f, stroke), Stroke(x, y, -0.6f, 0.7f, 0.7f, 0.7f, stroke)),
    };

    private static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));

    /// <summary>Distance to a line from one end to the other with round ends.</summary>
    private static float Stroke(float x, float y, float fromX, float fromY, float toX, float toY, float halfWidth)
    {
        float alongX = toX - fromX;
        float alongY = toY - fromY;
        float part = Math.Clamp((((x - fromX) * alongX) + ((y - fromY) * alongY)) / ((alongX * alongX) + (alongY * alongY)), 0, 1);
        return Length(x - fromX - (part * alongX), y - fromY - (part * alongY)) - halfWidth;
    }
}
