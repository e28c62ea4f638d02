using System.CommandLine;
using System.CommandLine.Parsing;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>The arguments of a command on snapshots: the collection, or <c>--all</c> for the whole database, and what follows.</summary>
internal sealed class SnapshotNames
{
    private readonly Option<bool> _all = new("--all") { Description = "The whole database instead of a collection, which is left out then." };
    private readonly Argument<string?>[] _arguments;

    /// <param name="command">Gets the arguments.</param>
    /// <param name="following">What follows the collection, with descriptions; each is needed.</param>
    public SnapshotNames(Command command, params (string Name, string Description)[] following)
    {
        _arguments = [.. following.Prepend(("collection", "Name of the collection; left out with --all.")).Select(
            argument => new Argument<string?>(argument.Item1) { Description = argument.Item2, Arity = ArgumentArity.ZeroOrOne })];
        foreach (var argument in _arguments)
            command.Arguments.Add(argument);

        command.Options.Add(_all);
        command.Validators.Add(Check);
    }

    /// <summary>The collection, or the sign for all of them, and then what follows.</summary>
    public string[] Read(ParseResult arguments)
    {
        string[] given = [.. _arguments.Select(arguments.GetValue).OfType<string>()];
        return arguments.GetValue(_all) ? [VectorDatabase.WholeDatabase, .. given] : given;
    }

    private void Check(CommandResult result)
    {
        bool isAll = result.GetValue(_all);
        string[] needed = [.. _arguments.Skip(isAll ? 1 : 0).Select(argument => argument.Name)];
        int given = _arguments.Count(argument => result.GetResult(argument) is { Tokens.Count: > 0 });
        if (given != needed.Length)
            result.AddError($"expected {string.Join(" ", needed.Select(name => $"<{name}>"))}{(isAll ? " with --all" : "")}, got {given} of {needed.Length} arguments");
    }
}
