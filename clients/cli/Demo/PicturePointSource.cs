using VectorStore.Cli.Importing;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Demo;

/// <summary>Synthetic pictures as points: the id is the picture's number, the payload what it shows.</summary>
internal sealed class PicturePointSource(SyntheticPictures pictures, long count) : IPointSource
{
    private static readonly Payload[] s_payloads = [.. Enum.GetNames<PictureShape>().Select(name => Payload.FromJson($"{{\"label\":\"{name.ToLowerInvariant()}\"}}"))];

    private long _next;

    public string File => "pictures made by code";

    public long? Count => count;

    public bool TryRead(ImportBatch batch)
    {
        if (_next == count)
            return false;

        var pixels = batch.TakeVector(SyntheticPictures.Dimension);
        var shape = pictures.Draw(_next, pixels.Span);
        batch.Add(new Point((ulong)_next, pixels, s_payloads[(int)shape]));
        _next++;
        return true;
    }

    public void Dispose()
    {
    }
}
