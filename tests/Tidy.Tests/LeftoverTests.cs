using System.Text.RegularExpressions;

namespace VectorStore.Tidy.Tests;

/// <summary>Nothing half done, nothing that only works on one machine.</summary>
public sealed partial class LeftoverTests(ITestOutputHelper output)
{
    private const int LinesToThinkAbout = 400;
    private const int LinesMax = 600;

    private const string ThisProject = "tests/Tidy.Tests/";

    [Fact]
    public void Source_HasNoUnfinishedWork()
    {
        var violations = new Violations("Nothing is left half done.");
        foreach (var file in Repository.Files.Where(IsOurText))
        {
            foreach (Match match in Unfinished().Matches(file.Text))
                violations.Add(file.At(match.Index), $"'{match.Value}'; finish it, or write down in docs/ what is not there and why");
        }

        violations.AssertNone();
    }

    [Fact]
    public void Tests_DoNotSleep()
    {
        var violations = new Violations("Tests wait for what they need, bounded, or bring their own clock; they do not sleep.");
        foreach (var file in Repository.CSharp("tests/"))
        {
            foreach (Match match in Sleep().Matches(file.Code))
                violations.Add(file.At(match.Index), "use a TimeProvider of your own, an event, or a bounded wait for a condition");
        }

        violations.AssertNone();
    }

    [Fact]
    public void Text_NamesNoMachinePathAndNoPackageHost()
    {
        var violations = new Violations("What is committed works on every machine: no absolute paths of ours, no package hosts.");
        foreach (var file in Repository.Files.Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal)))
        {
            foreach (Match match in MachinePath().Matches(file.Text))
                violations.Add(file.At(match.Index), $"'{match.Value}'; use a path relative to the repository, or a variable");
            foreach (Match match in PackageHost().Matches(file.Text))
                violations.Add(file.At(match.Index), $"'{match.Value}'; package sources are the machine's business");
        }

        violations.AssertNone();
    }

    [Fact]
    public void SourceFiles_AreShort()
    {
        var violations = new Violations($"A source file has at most {LinesMax} lines.");
        foreach (var file in Repository.CSharp().OrderByDescending(file => file.Lines))
        {
            if (file.Lines > LinesMax)
                violations.Add(file.Path, $"has {file.Lines} lines; split it by concern, as partials or types of their own");
            else if (file.Lines > LinesToThinkAbout)
                output.WriteLine($"warning: {file.Path} has {file.Lines} lines; is there a seam?");
        }

        violations.AssertNone();
    }

    [Fact]
    public void TestNames_AreSentences()
    {
        var violations = new Violations("A test's name says subject, situation and outcome, parted by '_'.");
        foreach (var file in Repository.CSharp("tests/"))
        {
            foreach (Match match in TestMethod().Matches(file.Code))
            {
                if (!match.Groups[1].Value.Contains('_', StringComparison.Ordinal))
                    violations.Add(file.At(match.Groups[1].Index), $"'{match.Groups[1].Value}'; for example Append_AfterTornTail_OverwritesTheDamagedRecord");
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void Projects_HaveLockFilesAndAreInTheSolution()
    {
        var violations = new Violations("Every project is in the solution and has a packages.lock.json.");
        string solution = Repository.Text("VectorStore.sln").Replace('\\', '/');
        foreach (var project in Repository.Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            string directory = project.Path[..project.Path.LastIndexOf('/')];
            if (!solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
                violations.Add(project.Path, "is not in VectorStore.sln; 'dotnet sln add' it");
            if (Repository.Files.All(file => file.Path != $"{directory}/packages.lock.json"))
                violations.Add(project.Path, "has no packages.lock.json; 'dotnet restore' writes it, commit it");
        }

        violations.AssertNone();
    }

    private static bool IsOurText(SourceFile file) =>
        !file.Path.StartsWith(ThisProject, StringComparison.Ordinal) && !file.Path.EndsWith("packages.lock.json", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:TODO|FIXME|XXX|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"(?<![\w.}~-])/(?:root|home|work|tmp)(?:/\S*|\b(?=[\s""'`]))")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://[^\s""']*(?:nuget|npmjs|pypi|artifactory|jfrog|nexus|proxy)[^\s""']*", RegexOptions.IgnoreCase)]
    private static partial Regex PackageHost();

    [GeneratedRegex(@"\[(?:Skippable)?(?:Fact|Theory)[^\n]*\n(?:\s*\[[^\n]*\n)*\s*public (?:static |async |override )*[\w<>?]+ (\w+)\(")]
    private static partial Regex TestMethod();
}
