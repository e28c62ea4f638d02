namespace VectorStore.Engine.Tests.Quantization;

/// <summary>Every encoding with every metric it takes.</summary>
internal static class Encodings
{
    private static readonly (QuantizationKind Kind, int Setting)[] s_kinds =
    [
        (QuantizationKind.None, 0),
        (QuantizationKind.Float16, 0),
        (QuantizationKind.Int8, 0),
        (QuantizationKind.Rotated, 1),
        (QuantizationKind.Rotated, 2),
        (QuantizationKind.Rotated, 4),
        (QuantizationKind.Rotated, 8),
        (QuantizationKind.Binary, 0),
        (QuantizationKind.Product, 4),
        (QuantizationKind.Product, 8),
        (QuantizationKind.Product, 16),
        (QuantizationKind.Product, 32),
        (QuantizationKind.Product, 64),
        (QuantizationKind.Projected, 0),
    ];

    public static TheoryData<QuantizationKind, int, Metric> All
    {
        get
        {
            var data = new TheoryData<QuantizationKind, int, Metric>();
            foreach (var (kind, setting) in s_kinds)
            {
                foreach (var metric in Enum.GetValues<Metric>())
                {
                    if (metric != Metric.Manhattan || kind is QuantizationKind.None or QuantizationKind.Float16 or QuantizationKind.Int8)
                        data.Add(kind, setting, metric);
                }
            }

            return data;
        }
    }

    /// <summary>The configuration of an encoding; the setting is its bits or its compression.</summary>
    public static QuantizationConfig Config(QuantizationKind kind, int setting) => kind switch
    {
        QuantizationKind.Rotated => new QuantizationConfig { Kind = kind, Bits = setting },
        QuantizationKind.Product => new QuantizationConfig { Kind = kind, Compression = setting },
        _ => new QuantizationConfig { Kind = kind },
    };
}
