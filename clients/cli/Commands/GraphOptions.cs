using System.CommandLine;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>Options that say how graphs are built and searched. They hold for all vectors of the command. Ranges are checked by the engine.</summary>
internal sealed class GraphOptions
{
    private static readonly HnswConfig s_defaults = new();

    private readonly Option<int?> _m;
    private readonly Option<int?> _efConstruction;
    private readonly Option<int?> _efSearch;
    private readonly Option<int?> _fullScanThreshold;

    /// <param name="isChange">Of a collection that is there: what is not given stays.</param>
    public GraphOptions(bool isChange = false)
    {
        _m = Number("--m", "Neighbours per point in the graph.", s_defaults.M);
        _efConstruction = Number("--ef-construction", "Beam width while building.", s_defaults.EfConstruction);
        _efSearch = Number("--ef-search", "Beam width while searching.", s_defaults.EfSearch);
        _fullScanThreshold = Number("--full-scan-threshold", "Segments up to this many points are scanned, not indexed.", s_defaults.FullScanThreshold);

        Option<int?> Number(string name, string description, int defaultValue) => new(name) { Description = isChange ? description : $"{description} Default {defaultValue}." };
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_m, _efConstruction, _efSearch, _fullScanThreshold])
            command.Options.Add(option);
    }

    /// <summary>The parameters of a new collection.</summary>
    public HnswConfig Read(ParseResult arguments) => new()
    {
        M = arguments.GetValue(_m) ?? s_defaults.M,
        EfConstruction = arguments.GetValue(_efConstruction) ?? s_defaults.EfConstruction,
        EfSearch = arguments.GetValue(_efSearch) ?? s_defaults.EfSearch,
        FullScanThreshold = arguments.GetValue(_fullScanThreshold) ?? s_defaults.FullScanThreshold,
    };

    /// <summary>The change with what the options say.</summary>
    public VectorConfigChange Apply(ParseResult arguments, VectorConfigChange change) => change with
    {
        M = arguments.GetValue(_m),
        EfConstruction = arguments.GetValue(_efConstruction),
        EfSearch = arguments.GetValue(_efSearch),
        FullScanThreshold = arguments.GetValue(_fullScanThreshold),
    };
}
