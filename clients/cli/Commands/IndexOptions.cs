using System.CommandLine;
using System.Globalization;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>Options that say how sealed segments encode vectors and where they keep them. They hold for all vectors of the command. Ranges are checked by the engine.</summary>
internal sealed class IndexOptions
{
    private static readonly VectorConfig s_defaults = new(1, Metric.Dot);

    private readonly Option<string?> _quantization;
    private readonly Option<int?> _bits;
    private readonly Option<int?> _compression;
    private readonly Option<double?> _quantile;
    private readonly Option<string?> _profile;
    private readonly Option<string?> _originals;
    private readonly Option<string?> _codes;
    private readonly Option<string?> _graph;
    private readonly Option<double?> _targetRecall;

    /// <param name="isChange">Of a collection that is there: what is not given stays.</param>
    public IndexOptions(bool isChange = false)
    {
        var quantization = s_defaults.Quantization;
        _quantization = Choice<QuantizationKind>("--quantization", Say("What sealed segments are searched by; the original vectors are kept in any case.", "auto"));
        _bits = new("--bits") { Description = Say("Bits per dimension of rotated: 1, 2, 4 or 8.", $"{quantization.Bits}") };
        _compression = new("--compression") { Description = Say("How many times smaller than float32 codes of product are: 4, 8, 16, 32 or 64.", $"{quantization.Compression}") };
        _quantile = new("--quantile") { HelpName = "Q", Description = Say("Share of values that int8 does not clip, 0.9 to 1.", string.Create(CultureInfo.InvariantCulture, $"{quantization.Quantile}")) };
        _profile = Choice<IndexProfile>("--profile", Say("Least memory (compact), or small codes beside the links (turbo): faster in large collections.", "compact"));
        _originals = Choice<Placement>("--originals", Say("Where original vectors of sealed segments are.", "disk"));
        _codes = Choice<Placement>("--codes", Say("Where their codes are.", "memory"));
        _graph = Choice<Placement>("--graph", Say("Where the links of their graphs are.", "memory"));
        _targetRecall = new("--target-recall")
        {
            HelpName = "R",
            Description = Say($"Share of the true nearest points that searches should find which do not say, 0.5 to 0.999{(isChange ? "; 0: none, --ef-search decides" : "")}.", "none, --ef-search decides"),
        };

        string Say(string what, string defaultValue) => isChange ? what : $"{what} Default: {defaultValue}.";
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_quantization, _bits, _compression, _quantile, _profile, _originals, _codes, _graph, _targetRecall])
            command.Options.Add(option);
    }

    /// <summary>The configuration with what the options say.</summary>
    public VectorConfig Apply(ParseResult arguments, VectorConfig config) => config with
    {
        Quantization = new QuantizationConfig
        {
            Kind = Read(arguments, _quantization, s_defaults.Quantization.Kind),
            Bits = arguments.GetValue(_bits) ?? s_defaults.Quantization.Bits,
            Compression = arguments.GetValue(_compression) ?? s_defaults.Quantization.Compression,
            Quantile = arguments.GetValue(_quantile) ?? s_defaults.Quantization.Quantile,
        },
        Profile = Read(arguments, _profile, s_defaults.Profile),
        Placement = new PlacementConfig
        {
            Originals = Read(arguments, _originals, s_defaults.Placement.Originals),
            Codes = Read(arguments, _codes, s_defaults.Placement.Codes),
            Graph = Read(arguments, _graph, s_defaults.Placement.Graph),
        },
        TargetRecall = arguments.GetValue(_targetRecall),
    };

    /// <summary>The change with what the options say.</summary>
    public VectorConfigChange Apply(ParseResult arguments, VectorConfigChange change) => change with
    {
        Quantization = Read<QuantizationKind>(arguments, _quantization),
        Bits = arguments.GetValue(_bits),
        Compression = arguments.GetValue(_compression),
        Quantile = arguments.GetValue(_quantile),
        Profile = Read<IndexProfile>(arguments, _profile),
        Originals = Read<Placement>(arguments, _originals),
        Codes = Read<Placement>(arguments, _codes),
        Graph = Read<Placement>(arguments, _graph),
        TargetRecall = arguments.GetValue(_targetRecall),
    };

    private static Option<string?> Choice<T>(string name, string description)
        where T : struct, Enum => new(name) { HelpName = CommonOptions.Choices<T>(), Description = description };

    private static T Read<T>(ParseResult arguments, Option<string?> option, T defaultValue)
        where T : struct, Enum => CommonOptions.ParseChoice(option.Name.TrimStart('-'), arguments.GetValue(option), defaultValue);

    private static T? Read<T>(ParseResult arguments, Option<string?> option)
        where T : struct, Enum => arguments.GetValue(option) is null ? null : Read<T>(arguments, option, default);
}
