using VectorStore.Benchmarks.Micro;
using VectorStore.Benchmarks.Micro.Codecs;

// dotnet run -c Release --project benchmarks/Micro -- codecs [--quick]
bool quick = args.Contains("--quick");
switch (args.FirstOrDefault())
{
    case "codecs":
        CodecBenchmark.Run(new Stopclock(quick), Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("usage: codecs [--quick]");
        return 2;
}
