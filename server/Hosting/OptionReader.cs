using System.Collections;
using System.Text.Json;

namespace VectorStore.Server.Hosting;

/// <summary>Reads options from files, the environment and the command line; later sources count more. Every mistake is a sentence.</summary>
internal sealed class OptionReader
{
    private const string ConfigName = "config";
    private const int FileBytesMax = 1 << 20;

    private readonly Dictionary<string, OptionText> _texts = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    private OptionReader()
    {
    }

    /// <param name="args">The command line.</param>
    /// <param name="environment">Names to values.</param>
    /// <param name="settingsFile">Read where it exists.</param>
    /// <param name="warnings">What is odd, and no mistake.</param>
    /// <exception cref="StartException">A mistake.</exception>
    public static ServerOptions Read(IReadOnlyList<string> args, IDictionary environment, string settingsFile, out IReadOnlyList<string> warnings)
    {
        // The command line is looked through first: it may name a file, which counts less than itself.
        var fromCommandLine = ReadArguments(args);
        var reader = new OptionReader();
        if (File.Exists(settingsFile))
            reader.ReadFile(settingsFile);

        var config = fromCommandLine.LastOrDefault(argument => argument.Name == ConfigName);
        if (config.Name is not null)
            reader.ReadFile(config.Text.NotEmpty());
        else if (environment[OptionSpec.EnvironmentPrefix + ConfigName.ToUpperInvariant()] is string { Length: > 0 } path)
            reader.ReadFile(path);

        reader.ReadEnvironment(environment);
        foreach (var (name, text) in fromCommandLine)
            reader._texts[name] = text;

        var options = new ServerOptions();
        foreach (var option in OptionCatalog.All)
        {
            if (reader._texts.TryGetValue(option.Name, out var text))
                options = option.Apply(options, text);
        }

        options.Validate();
        warnings = reader._warnings;
        return options;
    }

    private static List<(string Name, OptionText Text)> ReadArguments(IReadOnlyList<string> args)
    {
        var read = new List<(string, OptionText)>();
        for (int index = 0; index < args.Count; index++)
        {
            string argument = args[index];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
                throw StartException.BadOptions($"expected an option such as --data, got '{argument}'; --help lists them");

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument[2..] : argument[2..equals];
            var option = OptionCatalog.Find(name);
            if (option is null && name != ConfigName)
                throw Unknown(name, $"--{name}", nearest => $"--{nearest}");

            if (equals >= 0)
                read.Add((name, new OptionText(argument[(equals + 1)..], $"--{name}")));
            else if (option is { IsFlag: true })
                read.Add((name, new OptionText("true", $"--{name}")));
            else if (index + 1 < args.Count)
                read.Add((name, new OptionText(args[++index], $"--{name}")));
            else
                throw StartException.BadOptions($"--{name} needs a value");
        }

        return read;
    }

    private void ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > FileBytesMax)
                throw StartException.BadOptions($"{path} is larger than {FileBytesMax} bytes, which no file of options is");

            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw StartException.BadOptions($"{path}: expected one JSON object with options, got {document.RootElement.ValueKind}");

            foreach (var property in document.RootElement.EnumerateObject())
                ReadProperty(path, property);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw StartException.BadOptions($"{path} cannot be read as options: {unreadable.Message}");
        }
    }

    private void ReadProperty(string path, JsonProperty property)
    {
        string source = $"\"{property.Name}\" in {path}";
        if (OptionCatalog.Find(property.Name) is null)
            throw Unknown(property.Name, source, nearest => $"\"{nearest}\"");

        string text = property.Value.ValueKind switch
        {
            JsonValueKind.String => property.Value.GetString()!,
            JsonValueKind.Number => property.Value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            var kind => throw StartException.BadOptions($"{source}: expected a text, a number or a boolean, got {kind}"),
        };
        _texts[property.Name] = new OptionText(text, source);
    }

    private void ReadEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            if (entry.Key is not string variable || entry.Value is not string text || !variable.StartsWith(OptionSpec.EnvironmentPrefix, StringComparison.Ordinal))
                continue;

            string name = variable[OptionSpec.EnvironmentPrefix.Length..].Replace('_', '-').ToLowerInvariant();
            if (OptionCatalog.Find(name) is not null)
                _texts[name] = new OptionText(text, variable);
            else if (name != ConfigName)
                _warnings.Add(Stranger(variable, name));
        }
    }

    private static string Stranger(string variable, string name)
    {
        string? nearest = OptionCatalog.Nearest(name) is { } known ? OptionCatalog.Find(known)?.EnvironmentName : null;
        string hint = nearest is null ? "" : $". The nearest is {nearest}";
        return $"{variable} is in the environment and is no option of the server; it is ignored{hint}";
    }

    private static StartException Unknown(string name, string source, Func<string, string> show)
    {
        string hint = OptionCatalog.Nearest(name) is { } nearest ? $"; did you mean {show(nearest)}?" : "; --help lists them all";
        return StartException.BadOptions($"{source} is no option of the server{hint}");
    }
}
