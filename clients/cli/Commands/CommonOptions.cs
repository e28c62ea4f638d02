using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>Arguments and options that mean the same in several commands.</summary>
internal static class CommonOptions
{
    public static Argument<string> Collection() => new("collection") { Description = "Name of the collection." };

    public static Option<string?> Filter() => new("--filter") { HelpName = "JSON", Description = "Only points whose payload matches this filter." };

    public static Option<string?> Vector() => new("--vector") { HelpName = "NAME", Description = "Which vector. Default: the only one." };

    public static Option<bool> WithVectors() => new("--with-vectors") { Description = "Return vectors too." };

    public static Option<bool> NoPayload() => new("--no-payload") { Description = "Do not return payloads." };

    public static Filter? ParseFilter(string? json) => json is null ? null : Engine.Filter.FromJson(json);

    public static PointId ParseId(string text) =>
        PointId.TryParse(text, out var id)
            ? id
            : throw new CliException(ExitCode.BadInput, nameof(ErrorReason.InvalidId), $"expected an unsigned 64-bit integer or a UUID as point id, got '{text}'", "id");

    /// <summary>The vector a command works on: the one named, or the only one.</summary>
    public static async Task<(string Name, VectorConfig Config)> ResolveVectorAsync(
        IVectorStoreClient client, string collection, string? name, CancellationToken cancellationToken)
    {
        var info = await client.GetCollectionInfoAsync(collection, cancellationToken);
        var vectors = info.Config?.Vectors
            ?? throw new CliException(ExitCode.Damaged, nameof(ErrorReason.CollectionDamaged), $"collection '{collection}' is damaged: {info.Problem}");
        if (name is null && vectors.Count == 1)
            return (vectors.First().Key, vectors.First().Value);

        if (name is not null && vectors.TryGetValue(name, out var config))
            return (name, config);

        string known = string.Join(", ", vectors.Keys.Order(StringComparer.Ordinal));
        string message = name is null
            ? $"collection '{collection}' has several vectors: say which with --vector ({known})"
            : $"collection '{collection}' has no vector '{name}'; it has {known}";
        throw new CliException(ExitCode.BadInput, nameof(ErrorReason.UnknownVector), message, "vector");
    }
}
