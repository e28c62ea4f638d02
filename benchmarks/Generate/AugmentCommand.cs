using System.CommandLine;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Generate;

/// <summary><c>augment</c>: many vectors out of a file of pictures.</summary>
internal sealed class AugmentCommand : Command
{
    // Rows made in parallel before they are written in order: 12 MB at 784 dimensions.
    private const int BlockRows = 4_096;

    private readonly Option<FileInfo> _images = new("--images") { Required = true, Description = "Pictures to start from (idx3, gzip or not), square." };
    private readonly Option<long> _count = new("--count") { Required = true, Description = "How many vectors to make." };
    private readonly Option<ulong> _seed = new("--seed") { DefaultValueFactory = _ => 42, Description = "Another seed, other vectors." };
    private readonly Option<FileInfo> _out = new("--out") { Required = true, Description = "The fbin file to write." };

    public AugmentCommand()
        : base("augment", "Shifts, turns, mirrors and adds noise to pictures until there are enough.")
    {
        Options.Add(_images);
        Options.Add(_count);
        Options.Add(_seed);
        Options.Add(_out);
        SetAction(Run);
    }

    private Task<int> Run(ParseResult arguments, CancellationToken cancellationToken)
    {
        long count = arguments.GetRequiredValue(_count);
        string path = arguments.GetRequiredValue(_out).FullName;
        if (count is < 1 or > uint.MaxValue)
        {
            Console.Error.WriteLine($"--count: expected 1 to {uint.MaxValue}, got {count}");
            return Task.FromResult(1);
        }

        try
        {
            using var images = VectorFile.Open(arguments.GetRequiredValue(_images).FullName, VectorFileFormat.Idx);
            var augmenter = new PictureAugmenter(images, arguments.GetValue(_seed));

            // A file that was cut short must not carry the finished file's name.
            string partial = path + ".partial";
            Write(augmenter, count, partial, cancellationToken);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception) when (exception is DatasetFormatException or IOException or ArgumentException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return Task.FromResult(1);
        }

        Console.Error.WriteLine($"{count:n0} vectors in {path}");
        return Task.FromResult(0);
    }

    private static void Write(PictureAugmenter augmenter, long count, string path, CancellationToken cancellationToken)
    {
        using var writer = new FbinWriter(path, count, augmenter.Dimension);
        float[][] block = [.. Enumerable.Range(0, BlockRows).Select(_ => new float[augmenter.Dimension])];
        for (long first = 0; first < count; first += BlockRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = (int)Math.Min(BlockRows, count - first);
            Parallel.For(0, rows, row => augmenter.Make(first + row, block[row]));
            for (int row = 0; row < rows; row++)
                writer.Write(block[row]);
        }
    }
}
