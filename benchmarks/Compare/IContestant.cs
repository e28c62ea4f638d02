using VectorStore.Benchmarks.Search.Results;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Somebody who builds an index once and searches it several times, each time in a process of its own.</summary>
internal interface IContestant
{
    /// <summary>Who it is in progress messages.</summary>
    string Name { get; }

    /// <summary>Builds with all cores.</summary>
    Task<IReadOnlyList<ResultLine>> BuildAsync(CancellationToken cancellationToken);

    /// <summary>The ways to search what was built; each takes its turn in every round.</summary>
    IReadOnlyList<Turn> Turns { get; }
}
