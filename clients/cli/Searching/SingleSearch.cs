using System.Text.Json;
using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Searching;

/// <summary>A search with one query: a vector from the command line, or the stored vector of a point.</summary>
internal static class SingleSearch
{
    /// <summary>Reads a query such as <c>[0.1, 0.2]</c>.</summary>
    public static float[] ParseQuery(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<float[]>(json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw CliException.BadInput($"--query: expected an array of numbers such as [0.1, 0.2], got '{json}'", "query");
        }
    }

    /// <summary>The vector of a point.</summary>
    public static async Task<float[]> LoadQueryAsync(IVectorStoreClient client, SearchOptions options, PointId id, CancellationToken cancellationToken)
    {
        var points = await client.GetAsync(options.Collection, [id], withPayload: false, withVectors: true, cancellationToken);
        if (points.Count == 0)
            throw CliException.NotFound("PointNotFound", $"collection '{options.Collection}' has no point {id}", "id");

        return points[0].Vectors?.GetValueOrDefault(options.VectorName)
            ?? throw CliException.NotFound("VectorNotFound", $"point {id} of collection '{options.Collection}' has no vector '{options.VectorName}'", "id");
    }

    /// <summary>Searches, and has it explained where that was asked for.</summary>
    public static async Task<SingleAnswer> SearchAsync(IVectorStoreClient client, SearchOptions options, SearchRequest request, CancellationToken cancellationToken)
    {
        if (!options.Explain)
            return new SingleAnswer(await client.SearchAsync(options.Collection, request, cancellationToken), null);

        var explanation = await client.ExplainAsync(options.Collection, request, cancellationToken);
        return new SingleAnswer(explanation.Points, explanation);
    }

    /// <summary>The nearest points of a point, which is not its own neighbour.</summary>
    /// <remarks>Where the point itself would rank depends on metric, filter and ties, so the whole window is asked for, with one more, and cut here.</remarks>
    public static async Task<SingleAnswer> SearchNeighboursAsync(
        IVectorStoreClient client, SearchOptions options, PointId self, float[] query, CancellationToken cancellationToken)
    {
        var request = options.ToRequest(query);
        long window = (long)options.Offset + options.Limit + 1;
        if (options.Offset < 0 || options.Limit < 1 || window > SearchRequest.LimitMax)
        {
            throw CliException.BadInput(
                $"--id: expected an offset from 0 and a limit from 1 of together at most {SearchRequest.LimitMax - 1}, got {options.Offset} and {options.Limit}", "limit");
        }

        var answer = await SearchAsync(client, options, request with { Offset = 0, Limit = (int)window }, cancellationToken);
        return answer with { Points = [.. answer.Points.Where(point => point.Id != self).Skip(options.Offset).Take(options.Limit)] };
    }
}
