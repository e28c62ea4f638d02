using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Importing;
using VectorStore.Cli.Output;
using VectorStore.Datasets;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary><c>import</c>.</summary>
internal sealed class ImportCommand : ClientCommand
{
    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Argument<FileInfo> _file = new("file") { Description = $"The vectors: {VectorFile.FormatNames}; compressed with gzip or not." };
    private readonly Option<string?> _format = new("--format") { Description = $"One of {VectorFile.FormatNames}. Default: by the file's name." };
    private readonly Option<FileInfo?> _labels = new("--labels") { HelpName = "FILE", Description = "Label file (idx1): row n gets the payload {\"label\": …}." };
    private readonly Option<FileInfo?> _meta = new("--meta") { HelpName = "FILE", Description = "Payloads, one JSON object per row (jsonl, gzip or not)." };
    private readonly Option<string?> _vector = CommonOptions.Vector();
    private readonly Option<int> _batch = new("--batch") { DefaultValueFactory = _ => ImportOptions.BatchDefault, Description = "Points per request." };
    private readonly Option<int> _concurrency = new("--concurrency") { DefaultValueFactory = _ => ImportOptions.ConcurrencyDefault, Description = "Requests in flight." };
    private readonly Option<ulong> _firstId = new("--first-id") { Description = "Id of the first row. Lines of jsonl that have an id keep it." };
    private readonly Option<long?> _limit = new("--limit") { Description = "Import at most this many points." };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until everything is indexed and sealed." };
    private readonly Option<bool> _ackLog = new("--ack-log") { Description = "Write 'acked FIRST LAST' to standard output as each batch is acknowledged." };

    public ImportCommand(CliEnvironment environment)
        : base("import", "Stores the vectors of a file, numbered from 0 in file order. Rows acknowledged before an error stay.", environment)
    {
        Arguments.Add(_collection);
        Arguments.Add(_file);
        foreach (Option option in (Option[])[_format, _labels, _meta, _vector, _batch, _concurrency, _firstId, _limit, _noWait, _ackLog])
            Options.Add(option);
    }

    protected override void Validate(ParseResult arguments)
    {
        if (arguments.GetValue(_labels) is not null && arguments.GetValue(_meta) is not null)
            throw CliException.BadInput("expected at most one of --labels and --meta, got both", "meta");

        if (arguments.GetValue(_ackLog) && IsJson(arguments))
            throw CliException.BadInput("expected at most one of --json and --ack-log, which both write to standard output, got both", "ack-log");

        var options = ReadOptions(arguments);
        CheckRange("batch", options.Batch, 1, 100_000);
        CheckRange("concurrency", options.Concurrency, 1, 256);
        CheckRange("limit", options.Limit, 1, long.MaxValue);
        ReadFormat(arguments);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        var options = ReadOptions(arguments);
        using var source = await OpenSourceAsync(arguments, client, collection, cancellationToken);
        var result = await ImportRunner.RunAsync(Environment, client, collection, source, options, arguments.GetValue(_ackLog), cancellationToken);
        if (IsJson(arguments))
            ImportOutput.WriteJson(Environment, collection, options, result);
        else
            ImportOutput.WriteLines(arguments.GetValue(_ackLog) ? Environment.Error : Environment.Out, result);

        return ExitCode.Ok;
    }

    private static void CheckRange(string option, long value, long min, long max)
    {
        if (value < min || value > max)
            throw CliException.BadInput($"--{option}: expected {min} to {max}, got {value}", option);
    }

    private ImportOptions ReadOptions(ParseResult arguments) => new(
        arguments.GetValue(_batch), arguments.GetValue(_concurrency), arguments.GetValue(_limit) ?? long.MaxValue, !arguments.GetValue(_noWait));

    private VectorFileFormat ReadFormat(ParseResult arguments) => arguments.GetValue(_format) is { } name
        ? VectorFile.ParseFormat(name) ?? throw CliException.BadInput($"--format: expected one of {VectorFile.FormatNames}, got '{name}'", "format")
        : VectorFile.DetectFormat(arguments.GetRequiredValue(_file).FullName);

    private async Task<IPointSource> OpenSourceAsync(ParseResult arguments, IVectorStoreClient client, string collection, CancellationToken cancellationToken)
    {
        string path = arguments.GetRequiredValue(_file).FullName;
        var format = ReadFormat(arguments);
        ulong firstId = arguments.GetValue(_firstId);
        string? vector = arguments.GetValue(_vector);
        if (format == VectorFileFormat.JsonLines)
        {
            if (arguments.GetValue(_labels) is not null || arguments.GetValue(_meta) is not null)
                throw CliException.BadInput("--labels and --meta belong to files without payloads; a line of jsonl carries its own", "meta");

            // Lines may carry several vectors, so a collection with several needs no --vector here.
            await client.GetCollectionInfoAsync(collection, cancellationToken);
            return new JsonLinesPointSource(JsonLinesReader.Open(path), vector, firstId);
        }

        var (name, config) = await CommonOptions.ResolveVectorAsync(client, collection, vector, cancellationToken);
        return OpenVectorFile(arguments, VectorFile.Open(path, format), collection, name, config, firstId);
    }

    private VectorFilePointSource OpenVectorFile(
        ParseResult arguments, IVectorSource vectors, string collection, string vectorName, VectorConfig config, ulong firstId)
    {
        try
        {
            if (vectors.Dimension != config.Dimension)
            {
                throw new CliException(
                    ExitCode.BadInput,
                    nameof(ErrorReason.DimensionMismatch),
                    $"{vectors.File}: expected dimension {config.Dimension} as vector '{vectorName}' of collection '{collection}' has, found {vectors.Dimension}",
                    "file");
            }

            var labels = arguments.GetValue(_labels) is { } labelFile ? LabelReader.Open(labelFile.FullName) : null;
            var payloads = arguments.GetValue(_meta) is { } metaFile ? PayloadLinesReader.Open(metaFile.FullName) : null;
            return new VectorFilePointSource(vectors, vectorName, firstId, labels, payloads);
        }
        catch
        {
            vectors.Dispose();
            throw;
        }
    }
}
