using VectorStore.Engine;

namespace VectorStore.CrashDriver;

/// <summary>Several writers at once, each doing its plan one operation after the other until the process is killed.</summary>
/// <remarks>Every acknowledged operation is one line, <c>acked WRITER NUMBER LSN</c>, flushed before the next begins; the position is 0 for what is not a write of the shared collection.</remarks>
internal sealed class Workload(VectorDatabase database, DriverArguments arguments)
{
    private readonly Lock _output = new();

    public async Task RunAsync()
    {
        var main = await GetOrCreateAsync(WriterPlan.MainCollection);
        Say("created");

        // The end of standard input is the end of the parent: a workload must not outlive it.
        var writers = Enumerable.Range(0, WriterPlan.Writers).Select(writer => Task.Run(() => WriteAsync(main, writer))).ToList();
        writers.Add(Task.Run(Console.In.ReadToEnd));
        await await Task.WhenAny(writers);
        Environment.Exit(0);
    }

    private async Task WriteAsync(Collection main, int writer)
    {
        var plan = new WriterPlan(arguments.Seed, writer);
        for (int number = arguments.First[writer]; ; number++)
        {
            ulong lsn = await RunAsync(main, plan, plan.Operation(number));
            Say($"acked {writer} {number} {lsn}");
        }
    }

    private async Task<ulong> RunAsync(Collection main, WriterPlan plan, WriterOperation operation)
    {
        switch (operation.Kind)
        {
            case WriterOperationKind.Upsert:
                return (await main.UpsertAsync([.. operation.Ids.Select(id => DriverPoints.Make(id, operation.Number))])).Lsn;
            case WriterOperationKind.Delete:
                return (await main.DeleteAsync([.. operation.Ids.Select(id => new PointId(id))])).Lsn;
            case WriterOperationKind.Seal:
                await main.SealAsync();
                return 0;
            case WriterOperationKind.CreateOther:
                await GetOrCreateAsync(plan.OtherCollection);
                return 0;
            case WriterOperationKind.DropOther when Exists(plan.OtherCollection):
                await database.DeleteCollectionAsync(plan.OtherCollection);
                return 0;
            case WriterOperationKind.UpsertOther when Exists(plan.OtherCollection):
                await database.GetCollection(plan.OtherCollection).UpsertAsync([DriverPoints.Make(0, operation.Number)]);
                return 0;
            default:
                return 0;
        }
    }

    private bool Exists(string name) => database.ListCollections().Any(info => info.Name == name);

    private async Task<Collection> GetOrCreateAsync(string name) =>
        Exists(name) ? database.GetCollection(name) : await database.CreateCollectionAsync(name, DriverPoints.Config());

    private void Say(string line)
    {
        lock (_output)
            Console.WriteLine(line);
    }
}
