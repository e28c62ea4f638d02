using VectorStore.Engine;

namespace VectorStore.Benchmarks.Load;

/// <summary>What is measured.</summary>
internal sealed record LoadOptions
{
    public required string BaseFile { get; init; }
    public required string QueryFile { get; init; }
    public required Metric Metric { get; init; }
    public required int QueryLimit { get; init; }
    public required int Limit { get; init; }
    public required int[] Efs { get; init; }

    /// <summary>Numbers of connections; each is a client of its own.</summary>
    public required int[] Connections { get; init; }

    /// <summary>Calls under way at a time on each connection.</summary>
    public required int InFlight { get; init; }

    /// <summary>How often each setting is measured.</summary>
    public required int Rounds { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Null: only the table.</summary>
    public string? JsonFile { get; init; }
}
