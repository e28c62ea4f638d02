using VectorStore.Datasets;

namespace VectorStore.Engine.RecallTests;

/// <summary>Recall of a collection whose point ids are row numbers, against the true neighbours.</summary>
internal static class Recall
{
    private const int Limit = 10;

    /// <summary>Mean recall@10 against exact neighbours over the rows that are still stored.</summary>
    public static async Task<double> MeasureAsync(
        Collection collection, float[][] rows, float[][] queries, Metric metric, Func<long, bool>? stored = null, int? ef = null)
    {
        // Rows that are gone are put where nothing is near, so that row numbers stay ids.
        var answers = new List<long>[queries.Length];
        for (int query = 0; query < queries.Length; query++)
        {
            var found = await collection.SearchAsync(new SearchRequest { Vector = queries[query], Limit = Limit, Ef = ef, WithPayload = false });
            answers[query] = [.. found.Select(point => (long)point.Id.Integer)];
            Assert.All(answers[query], row => Assert.True(stored?.Invoke(row) ?? true, $"row {row} was deleted and came back"));
        }

        long[] numbers = [.. Enumerable.Range(0, rows.Length).Select(row => (long)row).Where(stored ?? (_ => true))];
        var positions = numbers.Select((row, position) => (row, position)).ToDictionary(pair => pair.row, pair => (long)pair.position);
        var source = new MemoryVectorSource(rows[0].Length, [.. numbers.Select(row => rows[row])]);
        var exact = ExactSearch.Find(source, queries, metric, Limit, [.. answers.Select(list => list.Select(row => positions[row]).ToList())]);
        double correct = 0;
        for (int query = 0; query < queries.Length; query++)
            correct += RecallCount.Count(exact.WatchedDistances![query], exact.Distances[query], metric);

        return correct / (queries.Length * (double)Limit);
    }

    public static async Task UpsertAllAsync(Collection collection, float[][] rows, Func<int, Payload?>? payload = null)
    {
        const int Batch = 256;
        for (int first = 0; first < rows.Length; first += Batch)
        {
            var points = new List<Point>(Batch);
            for (int row = first; row < Math.Min(rows.Length, first + Batch); row++)
                points.Add(new Point((ulong)row, rows[row], payload?.Invoke(row)));

            await collection.UpsertAsync(points);
        }
    }
}
