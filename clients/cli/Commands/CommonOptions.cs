using System.CommandLine;
using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Commands;

/// <summary>Arguments and options that mean the same in several commands.</summary>
internal static class CommonOptions
{
    /// <summary>What a place is.</summary>
    public const string PlaceDescription =
        "A directory; or s3://bucket/prefix, with settings where they are needed: ?endpoint=URL&region=NAME&path-style=true&part-mib=N. Credentials are those of the environment, profile or machine.";

    public static Argument<string> Collection() => new("collection") { Description = "Name of the collection." };

    public static Option<string?> PlaceOption() => new("--place") { HelpName = "PLACE", Description = $"Of a place instead of a database. {PlaceDescription}" };

    public static Option<string?> Compress(string what) => new("--compress") { HelpName = Choices<ArchiveCompression>(), Description = $"Wrap the archive into an LZ4 frame, which every way in takes and the lz4 command reads. auto (the default): {what}" };

    public static ArchiveCompression ParseCompress(string? text) => ParseChoice("compress", text, ArchiveCompression.Auto);

    public static Option<string?> Filter() => new("--filter") { HelpName = "JSON", Description = "Only points whose payload matches this filter." };

    public static Option<string?> Vector() => new("--vector") { HelpName = "NAME", Description = "Which vector. Default: the only one." };

    public static Option<bool> WithVectors() => new("--with-vectors") { Description = "Return vectors too." };

    public static Option<bool> NoPayload() => new("--no-payload") { Description = "Do not return payloads." };

    public static Filter? ParseFilter(string? json) => json is null ? null : Engine.Filter.FromJson(json);

    /// <summary>The names of an enumeration as they are on the command line: <c>memory|disk</c>.</summary>
    public static string Choices<T>()
        where T : struct, Enum => string.Join('|', Names<T>());

    /// <summary>Reads one of <see cref="Choices"/>.</summary>
    /// <param name="option">The option's name without hyphens.</param>
    /// <param name="text">What was typed; null: nothing.</param>
    /// <param name="defaultValue">Where nothing was typed.</param>
    public static T ParseChoice<T>(string option, string? text, T defaultValue)
        where T : struct, Enum
    {
        if (text is null)
            return defaultValue;

        // Not Enum.Parse alone: it takes numbers, too.
        string[] names = [.. Names<T>()];
        return names.Contains(text, StringComparer.Ordinal)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : throw CliException.BadInput($"--{option}: expected {string.Join(", ", names[..^1])} or {names[^1]}, got '{text}'", option);
    }

    public static PointId ParseId(string text) =>
        PointId.TryParse(text, out var id)
            ? id
            : throw new CliException(ExitCode.BadInput, nameof(ErrorReason.InvalidId), $"expected an unsigned 64-bit integer or a UUID as point id, got '{text}'", "id");

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => name.ToLowerInvariant());

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
