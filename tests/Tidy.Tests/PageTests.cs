using System.Text;
using System.Text.RegularExpressions;

namespace VectorStore.Tidy.Tests;

/// <summary>Pages point only at what is there.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void Links_InPages_LeadToFilesAndHeadingsThatExist()
    {
        var violations = new Violations("Links in pages lead somewhere.");
        foreach (var page in Repository.Pages)
        {
            foreach (Match match in Link().Matches(WithoutCode(page.Text)))
            {
                string target = match.Groups[1].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                    continue;

                string[] parts = target.Split('#', 2);
                string path = parts[0].Length == 0 ? page.Path : Resolve(page.Path, parts[0]);
                string full = Path.Combine(Repository.Root, path);
                if (!File.Exists(full) && !Directory.Exists(full))
                    violations.Add(page.At(match.Index), $"links to {target}, which is not there; correct the path or drop the link");
                else if (parts.Length == 2 && !Anchors(Repository.Text(path)).Contains(parts[1]))
                    violations.Add(page.At(match.Index), $"links to #{parts[1]}, but {path} has no such heading; its headings are {string.Join(", ", Anchors(Repository.Text(path)))}");
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void Pages_NamedInSourceAndPages_Exist()
    {
        var violations = new Violations("A page that source or another page names by its path exists.");
        foreach (var file in Repository.Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) || file.Path.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (Match match in NamedPage().Matches(file.Text))
            {
                if (!File.Exists(Path.Combine(Repository.Root, match.Value)))
                    violations.Add(file.At(match.Index), $"names {match.Value}, which is not there");
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void FormatPages_AreEachNamedByATest()
    {
        var violations = new Violations("Every page of docs/format has a test with golden bytes that names it, so that page, code and test cannot drift apart.");
        string tests = string.Concat(Repository.CSharp("tests/").Where(file => !file.Path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal)).Select(file => file.Text));
        foreach (var page in Repository.Pages.Where(page => page.Path.StartsWith("docs/format/", StringComparison.Ordinal) && !page.Path.EndsWith("README.md", StringComparison.Ordinal)))
        {
            if (!tests.Contains(page.Path, StringComparison.Ordinal))
                violations.Add(page.Path, "is named by no test; write one that compares bytes, and name the page in its summary");
        }

        violations.AssertNone();
    }

    [Fact]
    public void Decisions_AreNumberedWithoutGapsOrDoubles()
    {
        int[] numbers = [.. Repository.Pages
            .Where(page => page.Path.StartsWith("docs/decisions/", StringComparison.Ordinal) && !page.Path.EndsWith("README.md", StringComparison.Ordinal))
            .Select(page => int.Parse(page.Path.AsSpan("docs/decisions/".Length, 4)))
            .Order()];
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }

    private static string Resolve(string from, string target)
    {
        string directory = from.Contains('/', StringComparison.Ordinal) ? from[..from.LastIndexOf('/')] : "";
        return Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, directory, target))).Replace('\\', '/').TrimEnd('/');
    }

    /// <summary>Fenced blocks and code spans, blanked: brackets in them are no links.</summary>
    private static string WithoutCode(string page) =>
        CodeSpan().Replace(Fence().Replace(page, Blank), Blank);

    private static string Blank(Match match) => string.Create(match.Length, match.Value, (blank, text) =>
    {
        for (int index = 0; index < blank.Length; index++)
            blank[index] = text[index] == '\n' ? '\n' : ' ';
    });

    /// <summary>The anchors of a page's headings, made as GitHub makes them.</summary>
    private static HashSet<string> Anchors(string page)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match match in Heading().Matches(Fence().Replace(page, Blank)))
        {
            var anchor = new StringBuilder();
            foreach (char letter in match.Groups[1].Value.Trim())
            {
                if (char.IsLetterOrDigit(letter) || letter is '-' or '_')
                    anchor.Append(char.ToLowerInvariant(letter));
                else if (letter == ' ')
                    anchor.Append('-');
            }

            string name = anchor.ToString();
            for (int copy = 1; !anchors.Add(name); copy++)
                name = $"{anchor}-{copy}";
        }

        return anchors;
    }

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w/.])docs/[\w/-]+\.md")]
    private static partial Regex NamedPage();

    [GeneratedRegex(@"^#{1,6} (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex CodeSpan();
}
