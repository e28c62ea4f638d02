using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using VectorStore.Engine;

namespace VectorStore.Tidy.Tests;

/// <summary>What the first page says is what the code does.</summary>
public sealed partial class ReadmeTests
{
    private const string Session = "tests/Engine.Tests/ReadmeTests.cs";

    [Fact]
    public void FirstSession_InCSharp_IsTheTestWordForWord()
    {
        string readme = Repository.Text("README.md");
        string block = CodeBlock().Match(readme).Groups[1].Value;
        string tested = Between(Repository.Text(Session), "// README begins\n", "// README ends\n");
        string[] lines = [.. tested.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line)];
        string expected = $"using VectorStore.Engine;\n\nstring directory = \"films-data\";\n\n{string.Join('\n', lines).Trim()}\n";
        Assert.True(expected == block, $"README.md and {Session} differ; the session between the markers of the test belongs on the page:\n\n{expected}");
    }

    /// <summary>The web SDK would otherwise start the server in its project's directory, and data in ./data would be somewhere else than the page says.</summary>
    [Fact]
    public void FirstCommand_RunsInTheDirectoryItIsTypedIn() =>
        Assert.Contains("<EnableDefaultRunWorkingDirectory>false</EnableDefaultRunWorkingDirectory>", Repository.Text("server/VectorStore.Server.csproj"), StringComparison.Ordinal);

    [Fact]
    public void LimitsTable_NamesTheNumbersOfTheCode()
    {
        var violations = new Violations("The table of limits in README.md says what the code checks.");
        var rows = LimitRow().Matches(Repository.Text("README.md"));
        Assert.True(rows.Count >= 10, "the table of limits is gone, or has another shape");
        foreach (Match row in rows)
        {
            string constant = $"{row.Groups[2].Value}.{row.Groups[3].Value}";
            var type = typeof(VectorDatabase).Assembly.GetTypes().FirstOrDefault(type => type.Name == row.Groups[2].Value);
            var field = type?.GetField(row.Groups[3].Value, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static);
            if (field is null)
            {
                violations.Add("README.md", $"names {constant}, which is not there");
                continue;
            }

            string found = Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture).ToString("n0", CultureInfo.InvariantCulture);
            if (found != row.Groups[1].Value)
                violations.Add("README.md", $"says {row.Groups[1].Value} where {constant} is {found}");
        }

        violations.AssertNone();
    }

    private static string Between(string text, string from, string to)
    {
        int start = text.IndexOf(from, StringComparison.Ordinal);
        int end = text.IndexOf(to, StringComparison.Ordinal);
        Assert.True(start >= 0 && end > start, $"{Session} has lost its markers");
        return text[(start + from.Length)..end];
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\| [^|]+ \| [^|]* \| ([\d,]+) \| `(\w+)\.(\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex LimitRow();
}
