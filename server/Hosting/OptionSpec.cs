namespace VectorStore.Server.Hosting;

/// <summary>One option: <c>--http-port</c> on the command line, <c>VECTORSTORE_SERVER_HTTP_PORT</c> in the environment, <c>"http-port"</c> in a file.</summary>
/// <param name="Name">Lower case, with hyphens.</param>
/// <param name="Value">What its value is called in the help; empty for a flag, which needs none.</param>
/// <param name="Help">What it does, with range and default.</param>
/// <param name="Apply">Reads the value.</param>
internal sealed record OptionSpec(string Name, string Value, string Help, Func<ServerOptions, OptionText, ServerOptions> Apply)
{
    public const string EnvironmentPrefix = "VECTORSTORE_SERVER_";

    public bool IsFlag => Value.Length == 0;

    public string EnvironmentName => EnvironmentPrefix + Name.Replace('-', '_').ToUpperInvariant();
}
