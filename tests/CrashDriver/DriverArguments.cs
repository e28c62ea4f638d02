using System.Globalization;
using VectorStore.Engine;

namespace VectorStore.CrashDriver;

/// <summary>The command line: <c>commands DIR WALBYTES SEALBYTES</c> or <c>workload DIR WALBYTES SEALBYTES SEED FIRST FIRST FIRST</c>.</summary>
/// <param name="Mode"><c>commands</c> or <c>workload</c>.</param>
/// <param name="Directory">The data directory.</param>
/// <param name="WalFileBytes">Length of a log file: small ones rotate often.</param>
/// <param name="SealAtBytes">Size of a segment.</param>
/// <param name="Seed">Of the workload.</param>
/// <param name="First">Number of the first operation of each writer.</param>
public sealed record DriverArguments(string Mode, string Directory, long WalFileBytes, long SealAtBytes, int Seed, IReadOnlyList<int> First)
{
    public const string Commands = "commands";
    public const string Workload = "workload";

    public static DriverArguments Commanded(string directory, long walFileBytes, long sealAtBytes) => new(Commands, directory, walFileBytes, sealAtBytes, 0, []);

    public static DriverArguments Parse(string[] args) => new(
        args[0],
        args[1],
        long.Parse(args[2], CultureInfo.InvariantCulture),
        long.Parse(args[3], CultureInfo.InvariantCulture),
        args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 0,
        [.. args.Skip(5).Select(text => int.Parse(text, CultureInfo.InvariantCulture))]);

    public IEnumerable<string> ToArgs() => [Mode, Directory, $"{WalFileBytes}", $"{SealAtBytes}", $"{Seed}", .. First.Select(number => $"{number}")];

    /// <summary>How the driver, and a test that reopens after it, opens the database.</summary>
    public DatabaseOptions ToOptions() => new()
    {
        IndexThreads = 1,
        WalFileBytes = WalFileBytes,
        SealAtBytes = SealAtBytes,

        // Commanded, nothing happens that was not asked for; the watermark of a quiet log would take the fault meant for a write.
        WalIdleWatermark = Mode == Commands ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(5),
        Log = Console.Error.WriteLine,
    };
}
