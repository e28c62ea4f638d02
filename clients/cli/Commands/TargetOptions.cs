using System.CommandLine;
using VectorStore.Cli.Client;

namespace VectorStore.Cli.Commands;

/// <summary><c>--data</c> and <c>--endpoint</c>: where the database is.</summary>
internal sealed class TargetOptions
{
    private readonly Option<DirectoryInfo?> _data = new("--data") { HelpName = "DIR" };
    private readonly Option<string?> _endpoint = new("--endpoint") { HelpName = "URL" };

    public TargetOptions(Command command, string dataDescription, string endpointDescription)
    {
        _data.Description = dataDescription;
        _endpoint.Description = endpointDescription;
        command.Options.Add(_data);
        command.Options.Add(_endpoint);
    }

    /// <summary>The directory; null where none was named.</summary>
    public string? Directory(ParseResult arguments) => arguments.GetValue(_data)?.FullName;

    /// <summary>The server; null where none was named.</summary>
    /// <exception cref="CliException">The text is no address of a server.</exception>
    public Uri? Endpoint(ParseResult arguments)
    {
        if (arguments.GetValue(_endpoint) is not { } text)
            return null;

        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps)
            && endpoint is { Host.Length: > 0, PathAndQuery: "/", UserInfo: "", Fragment: "" };
        return isAddress ? endpoint : throw CliException.BadInput($"--endpoint: expected http://host:port or https://host:port, got '{text}'", "endpoint");
    }

    /// <summary>Where the database is, said in exactly one way.</summary>
    public ConnectionTarget Read(ParseResult arguments, bool createIfMissing, Action<string>? log)
    {
        var endpoint = Endpoint(arguments);
        string? directory = Directory(arguments);
        if (endpoint is null == directory is null)
            throw CliException.BadInput($"expected exactly one of --data and --endpoint, got {(endpoint is null ? "neither" : "both")}", "endpoint");

        return new ConnectionTarget(directory, createIfMissing, log, endpoint);
    }
}
