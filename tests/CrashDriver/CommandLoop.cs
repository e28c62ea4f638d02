using System.Globalization;
using VectorStore.Engine;

namespace VectorStore.CrashDriver;

/// <summary>Carries out one command per line of standard input and answers each with one line: <c>ok …</c> or <c>error REASON MESSAGE</c>.</summary>
/// <remarks><code>
/// create NAME DIMENSION              upsert NAME FIRST COUNT OPERATION
/// delete NAME FIRST COUNT            check NAME FIRST COUNT OPERATION     each point read by id and found by its vector
/// count NAME                         status NAME                          ok HEALTH PROBLEM
/// seal NAME                          verify NAME                          ok PROBLEMS
/// </code></remarks>
internal sealed class CommandLoop(VectorDatabase database)
{
    public static string ErrorLine(VectorStoreException problem) => $"error {problem.Reason} {problem.Message.ReplaceLineEndings(" ")}";

    public async Task RunAsync(TextReader input, TextWriter output)
    {
        while (await input.ReadLineAsync() is { } line)
        {
            try
            {
                output.WriteLine($"ok {await RunAsync(line.Split(' '))}".TrimEnd());
            }
            catch (VectorStoreException problem)
            {
                output.WriteLine(ErrorLine(problem));
            }

            output.Flush();
        }
    }

    private async Task<string> RunAsync(string[] words)
    {
        string name = words[1];
        switch (words[0])
        {
            case "create":
                await database.CreateCollectionAsync(name, DriverPoints.Config(Number(words[2])));
                return "";
            case "upsert":
                int operation = Number(words[4]);
                var written = await Find(name).UpsertAsync([.. Ids(words).Select(id => DriverPoints.Make(id, operation, Dimension(name)))]);
                return $"{written.Lsn}";
            case "delete":
                return $"{(await Find(name).DeleteAsync([.. Ids(words).Select(id => new PointId(id))])).Lsn}";
            case "check":
                return await CheckAsync(name, Ids(words), Number(words[4]));
            case "count":
                return $"{await Find(name).CountAsync()}";
            case "status":
                var info = database.ListCollections().Single(entry => entry.Name == name);
                return $"{info.Health} {info.Problem}";
            case "seal":
                await Find(name).SealAsync();
                return "";
            case "verify":
                return string.Join("; ", (await database.VerifyCollectionAsync(name)).Problems);
            default:
                throw new ArgumentException($"unknown command '{words[0]}'");
        }
    }

    private async Task<string> CheckAsync(string name, IReadOnlyList<ulong> ids, int operation)
    {
        var collection = Find(name);
        int dimension = Dimension(name);
        var points = await collection.GetAsync([.. ids.Select(id => new PointId(id))], withVectors: true);
        if (points.Count != ids.Count)
            return $"expected {ids.Count} points, found {points.Count}";

        for (int index = 0; index < ids.Count; index++)
        {
            string expected = DriverPoints.Describe(ids[index], operation, dimension);
            string found = DriverPoints.Describe(points[index].Vectors![DriverPoints.VectorName], points[index].Payload);
            if (found != expected)
                return $"point {ids[index]}: expected {expected}, found {found}";

            var nearest = await collection.SearchAsync(new SearchRequest { Vector = DriverPoints.Vector(ids[index], operation, dimension), Limit = 1, Exact = true });
            if (nearest.Count != 1 || nearest[0].Id != ids[index])
                return $"point {ids[index]} is not the nearest to its own vector";
        }

        return "";
    }

    private Collection Find(string name) => database.GetCollection(name);

    private int Dimension(string name) => Find(name).Config.Vectors[DriverPoints.VectorName].Dimension;

    private static ulong[] Ids(string[] words)
    {
        ulong first = ulong.Parse(words[2], CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(0, Number(words[3])).Select(index => first + (ulong)index)];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
