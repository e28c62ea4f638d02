using System.CommandLine;
using System.CommandLine.Parsing;
using VectorStore.Benchmarks.Search.Indexes;
using VectorStore.Benchmarks.Search.Sweeping;
using VectorStore.Engine;

namespace VectorStore.Benchmarks.Search;

/// <summary>The options that <c>Search</c> and <c>Compare</c> have in common: data, configuration of the engine, sweep.</summary>
internal sealed class SearchOptions
{
    private static readonly IndexSettings s_index = new();
    private static readonly SweepSettings s_sweep = new();

    private readonly Option<FileInfo> _base = new("--base") { Required = true, Description = "Vectors to store: idx, fvecs, fbin or npy, also gzipped." };
    private readonly Option<FileInfo> _queries = new("--queries") { Required = true, Description = "Vectors to search for." };
    private readonly Option<Metric> _metric = new("--metric") { Required = true, Description = "How near is measured." };
    private readonly Option<long?> _limit = new("--limit") { Description = "Rows of the base to use; all where it is left out." };
    private readonly Option<int> _queryLimit = new("--query-limit") { DefaultValueFactory = _ => 2_000, Description = "Queries to use of the file." };
    private readonly Option<IndexProfile> _profile = new("--profile") { DefaultValueFactory = _ => s_index.Profile, Description = "Layout of the graph." };
    private readonly Option<QuantizationKind> _quantization = new("--quantization") { DefaultValueFactory = _ => s_index.Quantization, Description = "How vectors are encoded." };
    private readonly Option<int?> _bits = new("--bits") { Description = "Bits per dimension of rotated codes." };
    private readonly Option<int?> _compression = new("--compression") { Description = "Compression of product codes." };
    private readonly Option<int> _m = new("--m") { DefaultValueFactory = _ => s_index.M, Description = "Links per point and layer, of ours and of the peers." };
    private readonly Option<int> _efConstruction = new("--ef-construction") { DefaultValueFactory = _ => s_index.EfConstruction, Description = "Width of the beam while building, of ours and of the peers." };
    private readonly Option<int?> _fullScanThreshold = new("--full-scan-threshold") { Description = "Up to this many rows a segment is scanned; the engine's own where it is left out." };
    private readonly Option<Placement?> _originals = new("--originals") { Description = "Where original vectors are while searching." };
    private readonly Option<long?> _sealAtMib = new("--seal-at-mib") { Description = "Size of a segment in MiB of vectors; the engine's own where it is left out." };
    private readonly Option<int> _k = new("--k") { DefaultValueFactory = _ => s_sweep.K, Description = "Neighbours per query." };
    private readonly Option<double> _passSeconds = new("--pass-seconds") { DefaultValueFactory = _ => s_sweep.PassSeconds, Description = "Least time of a timed pass over the queries." };
    private readonly Option<double> _warmUpSeconds = new("--warm-up-seconds") { DefaultValueFactory = _ => s_sweep.WarmUpSeconds, Description = "Searching before anything is measured." };
    private readonly Option<DirectoryInfo> _work = new("--work") { DefaultValueFactory = _ => new DirectoryInfo("artifacts/bench"), Description = "Where true neighbours are kept for the next run." };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Write every measurement to this file, a JSON object per line." };
    private readonly Option<FileInfo?> _svg = new("--svg") { Description = "Draw recall against queries per second into this file." };

    private readonly Option<int[]> _efs = new("--ef")
    {
        AllowMultipleArgumentsPerToken = true,
        CustomParser = ParseEfs,
        DefaultValueFactory = _ => [.. s_sweep.Efs],
        Description = "Widths of the beam to try, ascending, parted by commas.",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
                 {
                     _base, _queries, _metric, _limit, _queryLimit, _profile, _quantization, _bits, _compression, _m, _efConstruction, _fullScanThreshold, _originals, _sealAtMib,
                     _k, _efs, _passSeconds, _warmUpSeconds, _work, _json, _svg,
                 })
            command.Options.Add(option);
    }

    public SearchSettings Read(ParseResult arguments) => new()
    {
        BaseFile = arguments.GetRequiredValue(_base).FullName,
        QueryFile = arguments.GetRequiredValue(_queries).FullName,
        Metric = arguments.GetRequiredValue(_metric),
        Limit = arguments.GetValue(_limit),
        QueryLimit = arguments.GetValue(_queryLimit),
        Index = new IndexSettings
        {
            Profile = arguments.GetValue(_profile),
            Quantization = arguments.GetValue(_quantization),
            Bits = arguments.GetValue(_bits),
            Compression = arguments.GetValue(_compression),
            M = arguments.GetValue(_m),
            EfConstruction = arguments.GetValue(_efConstruction),
            FullScanThreshold = arguments.GetValue(_fullScanThreshold),
            Originals = arguments.GetValue(_originals),
            SealAtMib = arguments.GetValue(_sealAtMib),
        },
        Sweep = new SweepSettings
        {
            K = arguments.GetValue(_k),
            Efs = arguments.GetRequiredValue(_efs),
            PassSeconds = arguments.GetValue(_passSeconds),
            WarmUpSeconds = arguments.GetValue(_warmUpSeconds),
        },
        WorkDirectory = arguments.GetRequiredValue(_work).FullName,
        JsonFile = arguments.GetValue(_json)?.FullName,
        SvgFile = arguments.GetValue(_svg)?.FullName,
    };

    /// <summary>The arguments that make another process read the same settings.</summary>
    public static IReadOnlyList<string> ToArguments(SearchSettings settings)
    {
        var arguments = new List<string>();
        void Add(string name, object? value)
        {
            if (value is not null)
                arguments.AddRange([name, value.ToString()!]);
        }

        Add("--base", settings.BaseFile);
        Add("--queries", settings.QueryFile);
        Add("--metric", settings.Metric);
        Add("--limit", settings.Limit);
        Add("--query-limit", settings.QueryLimit);
        Add("--profile", settings.Index.Profile);
        Add("--quantization", settings.Index.Quantization);
        Add("--bits", settings.Index.Bits);
        Add("--compression", settings.Index.Compression);
        Add("--m", settings.Index.M);
        Add("--ef-construction", settings.Index.EfConstruction);
        Add("--full-scan-threshold", settings.Index.FullScanThreshold);
        Add("--originals", settings.Index.Originals);
        Add("--seal-at-mib", settings.Index.SealAtMib);
        Add("--k", settings.Sweep.K);
        Add("--ef", string.Join(',', settings.Sweep.Efs));
        Add("--pass-seconds", settings.Sweep.PassSeconds);
        Add("--warm-up-seconds", settings.Sweep.WarmUpSeconds);
        Add("--work", settings.WorkDirectory);
        return arguments;
    }

    private static int[] ParseEfs(ArgumentResult result)
    {
        var efs = new List<int>();
        foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(text, out int ef) || ef < 1 || (efs.Count > 0 && ef <= efs[^1]))
            {
                result.AddError($"--ef: expected ascending numbers from 1, parted by commas, got '{text}'");
                return [];
            }

            efs.Add(ef);
        }

        return [.. efs];
    }
}
