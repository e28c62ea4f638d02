using System.Text.RegularExpressions;

namespace VectorStore.Tidy.Tests;

/// <summary>Protocol, server and clients keep to their folders' business too.</summary>
public sealed partial class AreaTests
{
    [Fact]
    public void Areas_UseNothingTheyMustNotKnow()
    {
        var violations = new Violations("Arrows between protocol, server and clients point down only (docs/architecture.md, \"Around the engine\").");
        foreach (var area in Area.All)
        {
            foreach (var file in area.Files)
            {
                foreach (Match match in UsingLine().Matches(file.Code))
                {
                    string used = match.Groups[1].Value;
                    if (area.MustNotUse.FirstOrDefault(name => used == name || used.StartsWith(name + '.', StringComparison.Ordinal)) is { } name)
                        violations.Add(file.At(match.Index), $"uses {used}; {area.Directory} must not know {name}: hand in what is needed from above");
                }
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void Files_CarryTheNamespaceOfTheirArea()
    {
        var violations = new Violations("A file's namespace is its area's, or one below it.");
        foreach (var area in Area.All)
        {
            foreach (var file in area.Files)
            {
                string found = NamespaceLine().Match(file.Code).Groups[1].Value;
                bool isAreas = found == area.Namespace || found.StartsWith(area.Namespace + '.', StringComparison.Ordinal);
                if (!isAreas && found != "Microsoft.Extensions.DependencyInjection")
                    violations.Add(file.Path, $"expected namespace {area.Namespace}, got '{found}'");
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void Folders_WithMoreThanSixFiles_HaveATrueMap()
    {
        var violations = new Violations("A folder with more than six files has a README.md that names each of them, and none that is gone.");
        foreach (var folder in Area.All.SelectMany(area => area.Folders))
        {
            string mapPath = $"{folder.Key}README.md";
            string? map = Repository.Files.FirstOrDefault(file => file.Path == mapPath)?.Text;
            string[] names = [.. folder.Select(file => file.Path[folder.Key.Length..])];
            if (map is null)
            {
                if (names.Length > 6)
                    violations.Add(mapPath, $"is missing; the folder has {names.Length} files and needs a map, one line a file");

                continue;
            }

            foreach (string name in names.Where(name => !map.Contains($"`{name}`", StringComparison.Ordinal) && !map.Contains($"`{name[..name.IndexOf('.', StringComparison.Ordinal)]}`", StringComparison.Ordinal)))
                violations.Add(mapPath, $"does not name `{name}`; say in one line what is in it");
        }

        violations.AssertNone();
    }

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
