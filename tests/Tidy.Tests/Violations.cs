using System.Text;

namespace VectorStore.Tidy.Tests;

/// <summary>Collects what breaks a rule, so that one run shows all of it.</summary>
internal sealed class Violations(string rule)
{
    private readonly List<string> _found = [];

    public void Add(string where, string what) => _found.Add($"{where}: {what}");

    public void AssertNone()
    {
        if (_found.Count == 0)
            return;

        var message = new StringBuilder().AppendLine(rule);
        foreach (string found in _found.Distinct(StringComparer.Ordinal))
            message.Append("  ").AppendLine(found);

        Assert.Fail(message.ToString());
    }
}
