using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Cli.Output;
using VectorStore.Cli.Searching;
using VectorStore.Datasets;

namespace VectorStore.Cli.Commands;

/// <summary><c>search</c>: by id, by vector, or by a file of queries with recall and latencies.</summary>
internal sealed class SearchCommand : ClientCommand
{
    private const int QueriesDrawn = 3;
    private const int ThreadsMax = 256;

    private readonly Argument<string> _collection = CommonOptions.Collection();
    private readonly Option<string?> _id = new("--id") { Description = "Search with the stored vector of this point, and leave the point itself out." };
    private readonly Option<string?> _query = new("--query") { HelpName = "JSON", Description = "Search with this vector: [0.1, 0.2, …]." };
    private readonly Option<FileInfo?> _queries = new("--queries") { HelpName = "FILE", Description = $"Search with every vector of a file ({VectorFile.FormatNames}) and measure." };
    private readonly Option<int?> _queryLimit = new("--query-limit") { Description = "Use at most this many queries of the file." };
    private readonly Option<FileInfo?> _recallBase = new("--recall-base") { HelpName = "FILE", Description = "Measure recall against exact neighbours in this file, whose row n is the point with id n." };
    private readonly Option<FileInfo?> _groundTruth = new("--ground-truth") { HelpName = "FILE", Description = "Measure recall against these neighbour lists (ivecs)." };
    private readonly Option<int> _threads = new("--threads") { DefaultValueFactory = _ => 1, Description = "Queries at a time." };
    private readonly Option<string?> _vector = CommonOptions.Vector();
    private readonly Option<int> _limit = new("--limit") { DefaultValueFactory = _ => 10, Description = "How many answers." };
    private readonly Option<int> _offset = new("--offset") { Description = "How many of the best answers to skip." };
    private readonly Option<float?> _scoreThreshold = new("--score-threshold") { Description = "Leave out answers with a lower score." };
    private readonly Option<string?> _filter = CommonOptions.Filter();
    private readonly Option<int?> _ef = new("--ef") { Description = "Beam width on the graph. Default: the collection's." };
    private readonly Option<double?> _oversampling = new("--oversampling") { HelpName = "X", Description = $"Measure X times as many candidates again as answers are wanted, 1 to {Engine.SearchRequest.OversamplingMax}. Default: the encoding's." };
    private readonly Option<bool> _noRescore = new("--no-rescore") { Description = "Do not measure candidates again with the original vectors: scores are estimates." };
    private readonly Option<double?> _targetRecall = new("--target-recall") { HelpName = "R", Description = "Take the least effort that finds this share of the true nearest points, 0.5 to 0.999. Not with --ef." };
    private readonly Option<bool> _exact = new("--exact") { Description = "Measure every point instead of walking the graph." };
    private readonly Option<bool> _explain = new("--explain") { Description = "Tell what the search did in each segment. With --query and --id." };
    private readonly Option<bool> _withVectors = CommonOptions.WithVectors();
    private readonly Option<bool> _noPayload = CommonOptions.NoPayload();
    private readonly Option<string?> _showImage = new("--show-image") { HelpName = "WxH", Description = "Draw query and answers as pictures of this size, such as 28x28." };

    public SearchCommand(CliEnvironment environment)
        : base("search", "Finds the nearest points.", environment)
    {
        Arguments.Add(_collection);
        Option[] options =
        [
            _id, _query, _queries, _queryLimit, _recallBase, _groundTruth, _threads, _vector, _limit, _offset, _scoreThreshold, _filter, _ef, _oversampling, _noRescore, _targetRecall,
            _exact, _explain, _withVectors, _noPayload, _showImage,
        ];
        foreach (var option in options)
            Options.Add(option);
    }

    protected override void Validate(ParseResult arguments)
    {
        bool hasFile = arguments.GetValue(_queries) is not null;
        int queries = (hasFile ? 1 : 0) + (arguments.GetValue(_id) is null ? 0 : 1) + (arguments.GetValue(_query) is null ? 0 : 1);
        Require(queries == 1, $"expected exactly one of --id, --query and --queries, got {queries}", "query");
        bool hasBase = arguments.GetValue(_recallBase) is not null;
        bool hasTruth = arguments.GetValue(_groundTruth) is not null;
        Require(!(hasBase && hasTruth), "expected at most one of --recall-base and --ground-truth, got both", "ground-truth");
        Require(hasFile || !(hasBase || hasTruth), "--recall-base and --ground-truth need --queries", "queries");
        Require(!(hasFile && arguments.GetValue(_explain)), "--explain needs --query or --id: it tells of one search", "explain");
        bool isWhole = arguments.GetValue(_filter) is null && arguments.GetValue(_offset) == 0 && arguments.GetValue(_scoreThreshold) is null;
        Require(isWhole || !(hasBase || hasTruth), "recall is measured over the first answers of the whole collection: without --filter, --offset and --score-threshold", "recall-base");
        Require(arguments.GetValue(_showImage) is null || !IsJson(arguments), "expected at most one of --json and --show-image, got both", "show-image");
        Require(arguments.GetValue(_threads) is >= 1 and <= ThreadsMax, $"--threads: expected 1 to {ThreadsMax}, got {arguments.GetValue(_threads)}", "threads");
        Require(arguments.GetValue(_queryLimit) is null or >= 1, $"--query-limit: expected 1 or more, got {arguments.GetValue(_queryLimit)}", "query-limit");
        CommonOptions.ParseFilter(arguments.GetValue(_filter));
    }

    protected override async Task<int> RunAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        var options = await ReadOptionsAsync(arguments, client, cancellationToken);
        if (arguments.GetValue(_queries) is { } file)
            await SearchFileAsync(arguments, client, options, file.FullName, cancellationToken);
        else
            await SearchOneAsync(arguments, client, options, cancellationToken);

        return ExitCode.Ok;
    }

    private static void Require(bool condition, string message, string field)
    {
        if (!condition)
            throw CliException.BadInput(message, field);
    }

    private async Task SearchOneAsync(ParseResult arguments, IVectorStoreClient client, SearchOptions options, CancellationToken cancellationToken)
    {
        var self = arguments.GetValue(_id) is { } text ? CommonOptions.ParseId(text) : default(Engine.PointId?);
        float[] query = self is { } id
            ? await SingleSearch.LoadQueryAsync(client, options, id, cancellationToken)
            : SingleSearch.ParseQuery(arguments.GetRequiredValue(_query)!);

        long start = Environment.Time.GetTimestamp();
        var answer = self is { } point
            ? await SingleSearch.SearchNeighboursAsync(client, options, point, query, cancellationToken)
            : await SingleSearch.SearchAsync(client, options, options.ToRequest(query), cancellationToken);
        double tookMs = Environment.Time.GetElapsedTime(start).TotalMilliseconds;
        if (IsJson(arguments))
            SearchOutput.WriteAnswers(Environment, answer, tookMs);
        else
            SearchOutput.ShowAnswers(Environment, options, query, answer, tookMs);
    }

    private async Task SearchFileAsync(ParseResult arguments, IVectorStoreClient client, SearchOptions options, string path, CancellationToken cancellationToken)
    {
        float[][] queries = ReadQueries(path, options, arguments.GetValue(_queryLimit));
        int threads = arguments.GetValue(_threads);
        var run = await QueryRun.RunAsync(client, options with { Picture = null }, queries, threads, Environment.Time, cancellationToken);
        double? recall = MeasureRecall(arguments, options, queries, run, cancellationToken);
        if (IsJson(arguments))
        {
            SearchOutput.WriteRun(Environment, options, run, threads, recall);
            return;
        }

        if (options.Picture is { } size)
        {
            foreach (float[] query in queries.Take(QueriesDrawn))
            {
                var answers = await client.SearchAsync(options.Collection, options.ToRequest(query), cancellationToken);
                SearchOutput.DrawAnswers(Environment.Console, options.VectorName, size, query, answers);
            }
        }

        SearchOutput.ShowRun(Environment, options, run, threads, recall);
    }

    private static float[][] ReadQueries(string path, SearchOptions options, int? limit)
    {
        using var source = VectorFile.Open(path, vectorName: options.VectorName);
        float[][] queries = source.ReadRows(limit ?? long.MaxValue);
        return queries.Length > 0 ? queries : throw CliException.BadInput($"--queries: expected at least one query in {path}, found none", "queries");
    }

    private double? MeasureRecall(ParseResult arguments, SearchOptions options, float[][] queries, QueryRun run, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_groundTruth) is { } truth)
            return RecallCheck.AgainstGroundTruth(truth.FullName, run.Answers, options.Limit);

        if (arguments.GetValue(_recallBase) is not { } file)
            return null;

        using var source = VectorFile.Open(file.FullName, vectorName: options.VectorName);
        return RecallCheck.AgainstBase(source, queries, run.Answers, options.VectorConfig.Metric, options.Limit, cancellationToken);
    }

    private async Task<SearchOptions> ReadOptionsAsync(ParseResult arguments, IVectorStoreClient client, CancellationToken cancellationToken)
    {
        string collection = arguments.GetRequiredValue(_collection);
        var (name, config) = await CommonOptions.ResolveVectorAsync(client, collection, arguments.GetValue(_vector), cancellationToken);
        return new SearchOptions
        {
            Collection = collection,
            VectorName = name,
            VectorConfig = config,
            Limit = arguments.GetValue(_limit),
            Offset = arguments.GetValue(_offset),
            ScoreThreshold = arguments.GetValue(_scoreThreshold),
            Filter = CommonOptions.ParseFilter(arguments.GetValue(_filter)),
            Ef = arguments.GetValue(_ef),
            Oversampling = arguments.GetValue(_oversampling),
            Rescore = !arguments.GetValue(_noRescore),
            TargetRecall = arguments.GetValue(_targetRecall),
            Exact = arguments.GetValue(_exact),
            Explain = arguments.GetValue(_explain),
            WithPayload = !arguments.GetValue(_noPayload),
            WithVectors = arguments.GetValue(_withVectors),
            Picture = arguments.GetValue(_showImage) is { } size ? PictureSize.Parse(size, config.Dimension) : null,
        };
    }
}
