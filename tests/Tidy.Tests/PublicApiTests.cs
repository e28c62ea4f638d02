using System.Reflection;
using System.Xml.Linq;
using VectorStore.Client;
using VectorStore.Engine;
using VectorStore.Places;

namespace VectorStore.Tidy.Tests;

/// <summary>What others build on changes only on purpose, and is documented.</summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "VECTORSTORE_ACCEPT_API";

    private static readonly Assembly s_engine = typeof(VectorDatabase).Assembly;
    private static readonly Assembly s_client = typeof(VectorStoreClient).Assembly;
    private static readonly Assembly s_places = typeof(SnapshotPlaces).Assembly;

    [Fact]
    public void PublicSurface_OfTheEngine_IsTheOneThatWasReviewed() => CheckSurface(s_engine, "engine/VectorStore.Engine/PublicAPI.txt");

    [Fact]
    public void PublicSurface_OfTheClient_IsTheOneThatWasReviewed() => CheckSurface(s_client, "clients/dotnet/PublicAPI.txt");

    [Fact]
    public void PublicSurface_OfPlaces_IsTheOneThatWasReviewed() => CheckSurface(s_places, "engine/VectorStore.Places/PublicAPI.txt");

    [Fact]
    public void PublicTypes_OfPlaces_AllHaveASummary() => CheckSummaries(s_places);

    [Fact]
    public void PublicTypes_OfTheEngine_AllHaveASummary() => CheckSummaries(s_engine);

    [Fact]
    public void PublicTypes_OfTheClient_AllHaveASummary() => CheckSummaries(s_client);

    private static void CheckSurface(Assembly assembly, string listing)
    {
        string path = Path.Combine(Repository.Root, listing);
        var found = PublicApi.Of(assembly);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(path, string.Join('\n', found) + "\n");
            return;
        }

        string[] reviewed = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (found.SequenceEqual(reviewed, StringComparer.Ordinal))
            return;

        Assert.Fail(
            $"The public surface of {assembly.GetName().Name} is not what {listing} says. If you meant it, run\n\n  {AcceptVariable}=1 dotnet test -c Release tests/Tidy.Tests\n\n"
            + $"and commit the file, so that review sees the change.\n{string.Join('\n', Differences(reviewed, found))}");
    }

    private static void CheckSummaries(Assembly assembly)
    {
        var summaries = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value))
            .Select(member => member.Attribute("name")!.Value)
            .ToHashSet(StringComparer.Ordinal);

        var violations = new Violations($"Every public type and member of {assembly.GetName().Name} says in a summary what it is.");
        foreach (var type in assembly.GetExportedTypes())
        {
            string name = type.FullName!.Replace('+', '.');
            if (!summaries.Contains($"T:{name}"))
                violations.Add(name, "has no <summary>");

            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                // Those of a record's header are described by <param>, for which the compiler asks.
                bool ofHeader = type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Any(parameter => parameter.Name == property.Name);
                if (!ofHeader && !summaries.Contains($"P:{name}.{property.Name}"))
                    violations.Add($"{name}.{property.Name}", "has no <summary>");
            }
        }

        violations.AssertNone();
    }

    /// <summary>The lines that differ, each under its type.</summary>
    private static IEnumerable<string> Differences(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var old = Qualified(before).ToHashSet(StringComparer.Ordinal);
        var now = Qualified(after).ToHashSet(StringComparer.Ordinal);
        return old.Except(now).Select(line => $"- {line}").Concat(now.Except(old).Select(line => $"+ {line}")).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Qualified(IEnumerable<string> lines)
    {
        string type = "";
        foreach (string line in lines)
        {
            if (!line.StartsWith(' '))
                type = line;

            yield return line.StartsWith(' ') ? $"{type} … {line.Trim()}" : line;
        }
    }
}
