using System.Globalization;
using System.Net;
using VectorStore.Server.Rpc.Web;

namespace VectorStore.Server.Hosting;

/// <summary>An option's value as somebody wrote it.</summary>
/// <param name="Text">The value.</param>
/// <param name="Source">Where it stands, for errors: <c>--http-port</c>, <c>VECTORSTORE_SERVER_HTTP_PORT</c>, <c>"http-port" in appsettings.json</c>.</param>
internal readonly record struct OptionText(string Text, string Source)
{
    public int Integer(int min, int max) => (int)Long(min, max);

    public long Long(long min, long max) =>
        long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw StartException.BadOptions($"{Source}: expected {min} to {max}, got '{Text}'");

    public bool Flag() => Text switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw StartException.BadOptions($"{Source}: expected true or false, got '{Text}'"),
    };

    public string NotEmpty() => Text.Length > 0 ? Text : throw StartException.BadOptions($"{Source}: expected a value, got an empty one");

    public IPAddress Address()
    {
        if (Text == "localhost")
            return IPAddress.Loopback;

        // What the framework takes for an address beyond this, such as '6333' for 0.0.24.189, nobody means.
        return Text.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(Text, out var address)
            ? address
            : throw StartException.BadOptions($"{Source}: expected an IP address such as 127.0.0.1, 0.0.0.0 or ::, got '{Text}'");
    }

    /// <summary>Web origins, with commas between them.</summary>
    public string Origins()
    {
        try
        {
            foreach (string origin in ServerOptions.SplitOrigins(Text))
                OriginPolicy.Validate(origin);

            return Text;
        }
        catch (ArgumentException wrong)
        {
            throw StartException.BadOptions($"{Source}: {wrong.Message}");
        }
    }

    public T Choice<T>(IReadOnlyDictionary<string, T> choices) =>
        choices.TryGetValue(Text, out var value)
            ? value
            : throw StartException.BadOptions($"{Source}: expected one of {string.Join(", ", choices.Keys)}, got '{Text}'");
}
