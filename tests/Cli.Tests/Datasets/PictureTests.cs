using VectorStore.Cli.Tests.Support;
using VectorStore.Datasets;

namespace VectorStore.Cli.Tests.Datasets;

public sealed class PictureTests
{
    [Fact]
    public void SyntheticPictures_SameSeedAndNumber_AreTheSamePicture()
    {
        float[] first = new float[SyntheticPictures.Dimension];
        float[] second = new float[SyntheticPictures.Dimension];
        Assert.Equal(new SyntheticPictures(7).Draw(41, first), new SyntheticPictures(7).Draw(41, second));
        Assert.Equal(first, second);

        new SyntheticPictures(8).Draw(41, second);
        Assert.NotEqual(first, second);
        new SyntheticPictures(7).Draw(42, second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void SyntheticPictures_AllShapesComeUp_AndEachHasInkAndPaper()
    {
        var pictures = new SyntheticPictures(7);
        float[] pixels = new float[SyntheticPictures.Dimension];
        var counts = new Dictionary<PictureShape, int>();
        for (int i = 0; i < 500; i++)
        {
            var shape = pictures.Draw(i, pixels);
            counts[shape] = counts.GetValueOrDefault(shape) + 1;
            Assert.All(pixels, pixel => Assert.True(pixel is >= 0 and <= 255 && pixel == MathF.Round(pixel)));
            Assert.InRange(pixels.Count(pixel => pixel > 100), 20, 500);
        }

        Assert.Equal(Enum.GetValues<PictureShape>().Length, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 20, 100));
    }

    [Fact]
    public void PictureAugmenter_SameSeedAndNumber_AreTheSamePictureNearItsOriginal()
    {
        float[][] originals = [.. Enumerable.Range(0, 20).Select(i =>
        {
            float[] pixels = new float[SyntheticPictures.Dimension];
            new SyntheticPictures(1).Draw(i, pixels);
            return pixels;
        })];
        var augmenter = new PictureAugmenter(new MemoryVectorSource(SyntheticPictures.Dimension, originals), seed: 42);
        var again = new PictureAugmenter(new MemoryVectorSource(SyntheticPictures.Dimension, originals), seed: 42);
        Assert.Equal(20, augmenter.Originals);

        float[] made = new float[SyntheticPictures.Dimension];
        float[] other = new float[SyntheticPictures.Dimension];
        for (int i = 0; i < 60; i++)
        {
            augmenter.Make(i, made);
            again.Make(i, other);
            Assert.Equal(made, other);
            Assert.NotEqual(originals[i % 20], made);
            Assert.All(made, pixel => Assert.True(pixel is >= 0 and <= 255 && pixel == MathF.Round(pixel)));
            Assert.InRange(made.Sum() / originals[i % 20].Sum(), 0.5, 1.5);
        }
    }

    [Fact]
    public void PictureAugmenter_PicturesThatAreNotSquare_AreRefused() =>
        Assert.Contains("expected square pictures, got 6 pixels", Assert.Throws<ArgumentException>(() => new PictureAugmenter(new MemoryVectorSource(6, Files.Rows(1, 6)), 1)).Message);
}
