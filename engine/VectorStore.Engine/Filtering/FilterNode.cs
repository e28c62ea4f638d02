using System.Collections.Immutable;

namespace VectorStore.Engine.Filtering;

/// <summary>One filter of a compiled tree: numbers of conditions on fields, and nested filters.</summary>
/// <remarks>A <see cref="Filter"/> is at most <see cref="Filter.DepthMax"/> deep from its constructor on, so recursion over this tree is bounded.</remarks>
internal sealed class FilterNode
{
    private FilterNode(ImmutableArray<Clause> must, ImmutableArray<Clause> should, ImmutableArray<Clause> mustNot)
    {
        Must = must;
        Should = should;
        MustNot = mustNot;
    }

    /// <summary>All of these hold.</summary>
    public ImmutableArray<Clause> Must { get; }

    /// <summary>At least one of these holds, unless there is none.</summary>
    public ImmutableArray<Clause> Should { get; }

    /// <summary>None of these holds.</summary>
    public ImmutableArray<Clause> MustNot { get; }

    /// <summary>Compiles a tree; <paramref name="number"/> takes each condition on a field and gives its number.</summary>
    public static FilterNode Compile(Filter filter, Func<FieldCondition, int> number)
    {
        return new FilterNode(CompileAll(filter.Must), CompileAll(filter.Should), CompileAll(filter.MustNot));

        ImmutableArray<Clause> CompileAll(IReadOnlyList<FilterCondition> conditions) => [.. conditions.Select(CompileOne)];

        Clause CompileOne(FilterCondition condition) =>
            condition is Filter nested ? new Clause(-1, Compile(nested, number)) : new Clause(number(FieldCondition.Compile(condition)), null);
    }

    /// <summary>Whether the filter holds, given a bit for each condition on a field.</summary>
    public bool Holds(ReadOnlySpan<ulong> bits)
    {
        foreach (var clause in Must)
        {
            if (!clause.Holds(bits))
                return false;
        }

        foreach (var clause in MustNot)
        {
            if (clause.Holds(bits))
                return false;
        }

        foreach (var clause in Should)
        {
            if (clause.Holds(bits))
                return true;
        }

        return Should.IsEmpty;
    }

    /// <summary>A condition on a field, by its number, or a nested filter.</summary>
    internal readonly record struct Clause(int Condition, FilterNode? Nested)
    {
        public bool Holds(ReadOnlySpan<ulong> bits) => Nested?.Holds(bits) ?? ((bits[Condition / 64] >> (Condition % 64)) & 1) != 0;
    }
}
