using System.CommandLine;
using VectorStore.Datasets;

namespace VectorStore.Benchmarks.Generate;

/// <summary><c>augment</c>: many vectors out of a file of pictures.</summary>
internal sealed class AugmentCommand : Command
{
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
        try
        {
            using var images = VectorFile.Open(arguments.GetRequiredValue(_images).FullName, VectorFileFormat.Idx);
            var augmenter = new PictureAugmenter(images, arguments.GetValue(_seed));
            GeneratedFile.Write(
                arguments.GetRequiredValue(_out).FullName,
                arguments.GetRequiredValue(_count),
                augmenter.Dimension,
                (number, pixels) => augmenter.Make(number, pixels),
                cancellationToken);
            return Task.FromResult(0);
        }
        catch (Exception exception) when (exception is DatasetFormatException or IOException or ArgumentException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return Task.FromResult(1);
        }
    }
}
