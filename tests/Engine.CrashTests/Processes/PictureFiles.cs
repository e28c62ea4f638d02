using System.Buffers.Binary;
using VectorStore.Datasets;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>The pictures that imports read: Fashion-MNIST where <c>VECTORSTORE_DATA</c> names a directory that has it, else pictures drawn by code.</summary>
internal sealed class PictureFiles
{
    public const int Count = 3_000;
    private const uint ImagesMagic = 0x803;
    private const uint LabelsMagic = 0x801;

    private readonly float[][] _vectors = new float[Count][];
    private readonly byte[] _labels = new byte[Count];

    /// <param name="directory">Where files are written that are not there.</param>
    public PictureFiles(string directory)
    {
        string data = Path.Combine(Environment.GetEnvironmentVariable("VECTORSTORE_DATA") ?? directory, "fashion-mnist-784");
        Images = Path.Combine(data, "train-images-idx3-ubyte.gz");
        Labels = Path.Combine(data, "train-labels-idx1-ubyte.gz");
        if (!File.Exists(Images))
        {
            Images = Path.Combine(directory, "images.idx3");
            Labels = Path.Combine(directory, "labels.idx1");
            Draw();
        }

        using var images = VectorFile.Open(Images);
        using var labels = LabelReader.Open(Labels);
        for (int row = 0; row < Count; row++)
        {
            _vectors[row] = new float[images.Dimension];
            Assert.True(images.TryRead(_vectors[row]) && labels.TryRead(out _labels[row]));
        }
    }

    public string Images { get; }

    public string Labels { get; }

    public int Dimension => _vectors[0].Length;

    public float[] Vector(int row) => _vectors[row];

    public string PayloadJson(int row) => $$"""{"label":{{_labels[row]}}}""";

    private void Draw()
    {
        var pictures = new SyntheticPictures(seed: 1);
        float[] pixels = new float[SyntheticPictures.Dimension];
        using var images = File.Create(Images);
        using var labels = File.Create(Labels);
        WriteNumbers(images, ImagesMagic, Count, SyntheticPictures.Side, SyntheticPictures.Side);
        WriteNumbers(labels, LabelsMagic, Count);
        for (int row = 0; row < Count; row++)
        {
            labels.WriteByte((byte)pictures.Draw(row, pixels));
            images.Write([.. pixels.Select(pixel => (byte)pixel)]);
        }
    }

    private static void WriteNumbers(Stream stream, params ReadOnlySpan<uint> numbers)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        foreach (uint number in numbers)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            stream.Write(bytes);
        }
    }
}
