using VectorStore.CrashDriver;
using VectorStore.Engine;

var arguments = DriverArguments.Parse(args);
try
{
    Console.WriteLine("opening");
    await using var database = await VectorDatabase.OpenAsync(arguments.Directory, arguments.ToOptions());
    Console.WriteLine("opened");
    if (arguments.Mode == DriverArguments.Workload)
        await new Workload(database, arguments).RunAsync();
    else
        await new CommandLoop(database).RunAsync(Console.In, Console.Out);

    return 0;
}
catch (VectorStoreException problem)
{
    Console.WriteLine(CommandLoop.ErrorLine(problem));
    return 1;
}
