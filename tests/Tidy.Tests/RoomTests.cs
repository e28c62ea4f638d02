using System.Text.RegularExpressions;

namespace VectorStore.Tidy.Tests;

/// <summary>Arrows between the rooms of the engine point down only.</summary>
public sealed partial class RoomTests
{
    private const string PublicNamespace = "VectorStore.Engine";

    [Fact]
    public void Files_OfTheEngine_LiveInARoomAndCarryItsNamespace()
    {
        var violations = new Violations("Every source file of the engine is in one of the rooms of docs/architecture.md, and its namespace is the folder's (public API types: VectorStore.Engine).");
        foreach (var file in Room.EngineFiles)
        {
            if (Room.Of(file) is not { } room)
            {
                violations.Add(file.Path, "is in no known room; move it, or add the room to Room.cs and to the table in docs/architecture.md");
                continue;
            }

            string folder = file.Path[(room.Directory.Length - room.Name.Length - 1)..file.Path.LastIndexOf('/')].Replace('/', '.');
            string found = NamespaceLine().Match(file.Code).Groups[1].Value;
            if (found != PublicNamespace && found != $"{PublicNamespace}.{folder}")
                violations.Add(file.Path, $"expected namespace {PublicNamespace}.{folder}, or {PublicNamespace} for public API, got '{found}'");
        }

        violations.AssertNone();
    }

    [Fact]
    public void Rooms_UseOnlyRoomsBelowThem()
    {
        var violations = new Violations("Arrows between rooms point down only (docs/architecture.md).");
        var typesOf = Room.All.ToDictionary(room => room.Name, room => room.Files.SelectMany(DeclaredTypes).ToHashSet(StringComparer.Ordinal));
        foreach (var room in Room.All)
        {
            foreach (var file in room.Files)
            {
                foreach (Match match in UsingLine().Matches(file.Code))
                    CheckArrow(violations, room, file, match.Index, match.Groups[1].Value);

                // A room's name in front of one of its types needs no using.
                foreach (Match match in QualifiedName().Matches(file.Code))
                {
                    if (typesOf.TryGetValue(match.Groups[1].Value, out var types) && types.Contains(match.Groups[2].Value))
                        CheckArrow(violations, room, file, match.Index, match.Groups[1].Value);
                }
            }
        }

        violations.AssertNone();
    }

    /// <summary>Public types share one namespace, so no using shows who knows them. Configurations are words everybody may speak; the rest follows the arrows.</summary>
    [Fact]
    public void PublicTypes_AreUsedOnlyByRoomsAboveThem()
    {
        var violations = new Violations("A room uses no public type of a room above it, except configurations.");
        var homes = new Dictionary<string, Room>(StringComparer.Ordinal);
        foreach (var file in Room.EngineFiles)
        {
            if (Room.Of(file) is not { } room || NamespaceLine().Match(file.Code).Groups[1].Value != PublicNamespace)
                continue;

            foreach (string type in DeclaredTypes(file))
                homes[type] = room;
        }

        foreach (var room in Room.All)
        {
            foreach (var file in room.Files)
            {
                foreach (Match match in TypeName().Matches(file.Code))
                {
                    string name = match.Value;
                    if (homes.TryGetValue(name, out var home) && !room.May(home.Name) && !name.EndsWith("Config", StringComparison.Ordinal))
                        violations.Add(file.At(match.Index), $"{room.Name} uses {name}, which {home.Name} owns; pass in the few values it needs, or move the type down");
                }
            }
        }

        violations.AssertNone();
    }

    [Fact]
    public void ArchitecturePage_ListsEveryRoom()
    {
        string page = Repository.Text("docs/architecture.md");
        var violations = new Violations("docs/architecture.md has a row for every room, and for nothing else.");
        foreach (var room in Room.All.Where(room => !page.Contains($"| `{room.Name}/` |", StringComparison.Ordinal)))
            violations.Add("docs/architecture.md", $"has no row '| `{room.Name}/` |'; say what the room owns and what it does not");

        foreach (Match match in RoomRow().Matches(page))
        {
            if (Room.All.All(room => room.Name != match.Groups[1].Value) || !Room.All.First(room => room.Name == match.Groups[1].Value).Files.Any())
                violations.Add("docs/architecture.md", $"describes a room '{match.Groups[1].Value}' that is not there");
        }

        violations.AssertNone();
    }

    /// <summary>The map of a room is true: it names the files there are, and no others.</summary>
    [Fact]
    public void Rooms_WithMoreThanSixFiles_HaveATrueMap()
    {
        var violations = new Violations("A room with more than six files has a README.md that names each of them, and none that is gone.");
        foreach (var room in Room.All)
        {
            string[] names = [.. room.Files.Select(file => file.Path[(file.Path.LastIndexOf('/') + 1)..])];
            string mapPath = $"{room.Directory}README.md";
            string? map = Repository.Files.FirstOrDefault(file => file.Path == mapPath)?.Text;
            if (map is null)
            {
                if (names.Length > 6)
                    violations.Add(mapPath, $"is missing; {room.Name} has {names.Length} files and needs a map, one line a file");

                continue;
            }

            // By its file, or by the type that its file is named after.
            foreach (string name in names.Where(name => !map.Contains($"`{name}`", StringComparison.Ordinal) && !map.Contains($"`{name[..name.IndexOf('.', StringComparison.Ordinal)]}`", StringComparison.Ordinal)))
                violations.Add(mapPath, $"does not name `{name}`; say in one line what is in it");

            foreach (Match match in NamedFile().Matches(map))
            {
                if (Repository.CSharp().All(file => !file.Path.EndsWith($"/{match.Groups[1].Value}", StringComparison.Ordinal)))
                    violations.Add(mapPath, $"names `{match.Groups[1].Value}`, which is not there");
            }
        }

        violations.AssertNone();
    }

    private static void CheckArrow(Violations violations, Room room, SourceFile file, int offset, string other)
    {
        if (!Room.All.Any(known => known.Name == other) || room.May(other))
            return;

        violations.Add(
            file.At(offset),
            $"{room.Name} may not know {other}; let {other} hand in what is needed (an interface or struct that {room.Name} or a room below owns), as IPointScorer, IPointFilter and IWalConsumer do");
    }

    private static IEnumerable<string> DeclaredTypes(SourceFile file) =>
        TopLevelType().Matches(file.Code).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?VectorStore\.Engine\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"(?<![\w.])(?:VectorStore\.Engine\.|Engine\.)?([A-Z]\w+)\.(?:Kernels\.)?([A-Z]\w+)")]
    private static partial Regex QualifiedName();

    // Declarations at the start of a line: nested types are their parent's business.
    [GeneratedRegex(@"^(?:public|internal)(?: (?:static|sealed|abstract|readonly|unsafe|partial|ref))* (?:record struct|record class|record|class|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+(?=[\s<>\[\],)?(.;{])")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^\| `(\w+)/` \|", RegexOptions.Multiline)]
    private static partial Regex RoomRow();

    [GeneratedRegex(@"`([\w.]+\.cs)`")]
    private static partial Regex NamedFile();
}
