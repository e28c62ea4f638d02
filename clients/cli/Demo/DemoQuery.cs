using VectorStore.Datasets;

namespace VectorStore.Cli.Demo;

/// <summary>A picture that is not in the collection.</summary>
internal sealed record DemoQuery(float[] Pixels, PictureShape Shape)
{
    public string Label => Shape.ToString().ToLowerInvariant();
}
