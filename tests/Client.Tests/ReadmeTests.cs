using System.Text.RegularExpressions;
using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests;

/// <summary>The first session in C# of README.md over the wire: the same words, another opening line.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task FirstSession_OverTheWire_DoesWhatThePageSays()
    {
        await using var server = await RunningServer.StartAsync();
        string endpoint = server.Address.ToString();

        // README begins
        await using var database = VectorStoreClient.Connect(endpoint);
        var films = await database.CreateCollectionAsync("films", CollectionConfig.WithVector("plot", 4, Metric.Cosine));

        // One call is stored whole or not at all. When it returns, it survives power loss, and every later search sees it.
        await films.UpsertAsync(
        [
            new Point(1, new float[] { 0.9f, 0.1f, 0.0f, 0.3f }, Payload.FromJson("""{"title": "Metropolis", "year": 1927}""")),
            new Point(2, new float[] { 0.1f, 0.8f, 0.4f, 0.0f }, Payload.FromJson("""{"title": "Solaris", "year": 1972}""")),
            new Point(3, new float[] { 0.2f, 0.9f, 0.3f, 0.1f }, Payload.FromJson("""{"title": "Stalker", "year": 1979}""")),
        ]);

        var nearest = await films.SearchAsync(new SearchRequest
        {
            Vector = new float[] { 0.1f, 0.9f, 0.3f, 0.0f },
            Limit = 10,
            Filter = new Filter(must: [new RangeCondition("year", greaterThanOrEqual: 1970)]),
        });

        foreach (var film in nearest)
            Console.WriteLine($"{film.Id} {film.Score:f3} {film.Payload}");

        // Reading by id, counting, deleting, walking through everything.
        var solaris = await films.GetAsync([2UL], withVectors: true);
        long newFilms = await films.CountAsync(Filter.FromJson("""{"must": [{"key": "year", "range": {"gte": 1970}}]}"""));
        var deleted = await films.DeleteAsync([1UL]);
        await foreach (var film in films.ScrollAsync())
            Console.WriteLine($"{film.Id} {film.Payload}");

        // A request that cannot be right is refused whole, with the field and both numbers.
        try
        {
            await films.UpsertAsync([new Point(4, new float[] { 1, 2 })]);
        }
        catch (InvalidRequestException problem)
        {
            Console.WriteLine(problem.Message);
        }

        // README ends
        Assert.Equal([2UL, 3UL], nearest.Select(film => film.Id.Integer).Order());
        Assert.Equal("""{"title":"Solaris","year":1972}""", Assert.Single(solaris).Payload!.ToString());
        Assert.Equal(4, solaris[0].Vectors!["plot"].Length);
        Assert.Equal(2, newFilms);
        Assert.Equal(1, deleted.PointsChanged);
        Assert.Equal(2, await films.CountAsync());
    }

    /// <summary>Whoever changes one of the two sessions changes the other.</summary>
    [Fact]
    public void FirstSession_InProcessAndOverTheWire_DiffersInItsOpeningLineOnly()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "VectorStore.sln")))
            root = Path.GetDirectoryName(root.TrimEnd(Path.DirectorySeparatorChar))!;

        string[] wire = Session(Path.Combine(root, "tests", "Client.Tests", "ReadmeTests.cs"));
        string[] engine = Session(Path.Combine(root, "tests", "Engine.Tests", "ReadmeTests.cs"));
        Assert.Equal("await using var database = VectorStoreClient.Connect(endpoint);", wire[0]);
        Assert.Equal("await using var database = await VectorDatabase.OpenAsync(directory);", engine[0]);
        Assert.Equal(engine[1..], wire[1..]);

        static string[] Session(string path) =>
            [.. Markers().Match(File.ReadAllText(path)).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    [GeneratedRegex(@"// README begins\n(.*?)// README ends", RegexOptions.Singleline)]
    private static partial Regex Markers();
}
