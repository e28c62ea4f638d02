using System.CommandLine;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>Options that say how sealed segments encode vectors and where they keep them. They hold for all vectors of the command. Ranges are checked by the engine.</summary>
internal sealed class IndexOptions
{
    private static readonly VectorConfig s_defaults = new(1, Metric.Dot);

    private readonly Option<string?> _quantization = Choice<QuantizationKind>("--quantization", "What sealed segments are searched by; the original vectors are kept in any case. Default auto.");
    private readonly Option<int?> _bits = new("--bits") { Description = $"Bits per dimension of rotated: 1, 2, 4 or 8. Default {s_defaults.Quantization.Bits}." };
    private readonly Option<int?> _compression = new("--compression") { Description = $"How many times smaller than float32 codes of product are: 4, 8, 16, 32 or 64. Default {s_defaults.Quantization.Compression}." };
    private readonly Option<double?> _quantile = new("--quantile") { HelpName = "Q", Description = $"Share of values that int8 does not clip, 0.9 to 1. Default {s_defaults.Quantization.Quantile}." };
    private readonly Option<string?> _profile = Choice<IndexProfile>("--profile", "Least memory (compact, default), or small codes beside the links (turbo): faster in large collections.");
    private readonly Option<string?> _originals = Choice<Placement>("--originals", "Where original vectors of sealed segments are. Default disk.");
    private readonly Option<string?> _codes = Choice<Placement>("--codes", "Where their codes are. Default memory.");
    private readonly Option<string?> _graph = Choice<Placement>("--graph", "Where the links of their graphs are. Default memory.");
    private readonly Option<double?> _targetRecall = new("--target-recall")
    {
        HelpName = "R",
        Description = "Share of the true nearest points that searches should find which do not say, 0.5 to 0.999. Default: none, --ef-search decides.",
    };

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

    private static Option<string?> Choice<T>(string name, string description)
        where T : struct, Enum => new(name) { HelpName = CommonOptions.Choices<T>(), Description = description };

    private static T Read<T>(ParseResult arguments, Option<string?> option, T defaultValue)
        where T : struct, Enum => CommonOptions.ParseChoice(option.Name.TrimStart('-'), arguments.GetValue(option), defaultValue);
}
