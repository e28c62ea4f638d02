using System.Globalization;

namespace VectorStore.Campaigns;

/// <summary>What a script was given: options, most with a whole number.</summary>
internal sealed class CampaignArguments
{
    private readonly Dictionary<string, int> _values = [];
    private readonly Dictionary<string, string> _texts = [];

    /// <summary>Reads <c>--name N</c> pairs, and <c>--name TEXT</c> where that is wanted.</summary>
    /// <param name="args">What follows the command.</param>
    /// <param name="known">Names without dashes; all others are refused. With '=' at the end: it takes any text.</param>
    /// <exception cref="FormatException">Says what is wrong.</exception>
    public CampaignArguments(ReadOnlySpan<string> args, params string[] known)
    {
        for (int index = 0; index < args.Length; index += 2)
        {
            string name = args[index].TrimStart('-');
            bool takesText = known.Contains($"{name}=");
            if (!args[index].StartsWith("--", StringComparison.Ordinal) || !(takesText || known.Contains(name)))
                throw new FormatException($"unknown option '{args[index]}'; there are --{string.Join(", --", known.Select(one => one.TrimEnd('=')))}");
            if (takesText)
            {
                _texts[name] = index + 1 < args.Length ? args[index + 1] : throw new FormatException($"--{name} takes a text");
                continue;
            }

            if (index + 1 == args.Length || !int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                throw new FormatException($"--{name} takes a whole number");

            _values[name] = value;
        }
    }

    /// <summary>The number of an option, or what is usual.</summary>
    public int Of(string name, int usual) => _values.GetValueOrDefault(name, usual);

    /// <summary>The text of an option, or what is usual.</summary>
    public string TextOf(string name, string usual) => _texts.GetValueOrDefault(name, usual);

    /// <summary>Whether the option was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);
}
