using System.Text;
using VectorStore.Server.Services;

namespace VectorStore.Server.Hosting;

/// <summary>All options of the server.</summary>
internal static class OptionCatalog
{
    private const int MiB = 1 << 20;

    private static readonly Dictionary<string, LogLevel> s_levels = new(StringComparer.Ordinal)
    {
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    public static IReadOnlyList<OptionSpec> All { get; } =
    [
        new("data", "DIR", "Directory of the data; made where it does not exist. Default ./data.",
            (options, text) => options with { DataDirectory = text.NotEmpty() }),
        new("http-port", "N", "Port of Connect, gRPC-Web, /healthz and /readyz over HTTP/1.1. 0 to 65535, 0: any free one. Default 6333.",
            (options, text) => options with { HttpPort = text.Integer(0, 65_535) }),
        new("grpc-port", "N", "Port of gRPC over HTTP/2. 0 to 65535, 0: any free one. Default 6334.",
            (options, text) => options with { GrpcPort = text.Integer(0, 65_535) }),
        new("bind", "ADDRESS", "Address to listen on. One that others reach needs TLS or --insecure. Default 127.0.0.1.",
            (options, text) => options with { Bind = text.Address() }),
        new("tls-cert", "FILE", "PEM file with the certificate, and those that vouch for it. Both ports speak TLS then.",
            (options, text) => options with { TlsCertificate = text.NotEmpty() }),
        new("tls-key", "FILE", "PEM file with the certificate's private key.",
            (options, text) => options with { TlsKey = text.NotEmpty() }),
        new("insecure", "", "Allow --bind to an address that others reach without TLS. Anybody who reaches it can read and delete everything.",
            (options, text) => options with { Insecure = text.Flag() }),
        new("allow-origins", "LIST", "Web pages that may call from a browser: origins such as https://app.example.org, with commas between them, or *. Default none.",
            (options, text) => options with { AllowedOrigins = text.Origins() }),
        new("ports-file", "FILE", "Write the ports that were opened into this file, as JSON.",
            (options, text) => options with { PortsFile = text.NotEmpty() }),
        new("drain-seconds", "N", "How long running calls may take to end when the server stops. 0 to 3600, default 30.",
            (options, text) => options with { DrainLimit = TimeSpan.FromSeconds(text.Integer(0, 3_600)) }),
        new("log-level", "LEVEL", "debug, information, warning or error. Default information.",
            (options, text) => options with { LogLevel = text.Choice(s_levels) }),
        new("index-threads", "N", "Threads that build graphs. 1 to 1024, default one per core.",
            (options, text) => options with { IndexThreads = text.Integer(1, 1_024) }),
        new("seal-at-mib", "N", "MiB of vectors at which a growing segment is sealed. 1 to 1048576, default 1024.",
            (options, text) => options with { SealAtBytes = text.Long(1, 1_048_576) * MiB }),
        new("merge-up-to-mib", "N", "MiB of vectors of the largest segment that merging makes. 1 to 1048576, default 8192.",
            (options, text) => options with { MergeUpToBytes = text.Long(1, 1_048_576) * MiB }),
        new("optimizer-cpu-percent", "N", "Percent of all cores that sealing and merging by themselves may take. 5 to 100, default 100.",
            (options, text) => options with { OptimizerCpuShare = text.Integer(5, 100) / 100.0 }),
        new("payload-memory-mib", "N", "MiB of memory that each collection's payload store may take for the payloads written last. 1 to 65536, default 2.",
            (options, text) => options with { PayloadMemoryBytes = text.Long(1, 65_536) * MiB }),
        new("recall-samples", "N", "Of a million searches, how many are answered again exactly to measure recall. 0 to 1000000, default 1000.",
            (options, text) => options with { RecallSampling = text.Integer(0, 1_000_000) / 1e6 }),
        new("scrub-days", "N", "Days within which sealed segments, closed log files and payload stores are read once in the background, to find damage early. 0 to 365, 0: only when asked. Default 7.",
            (options, text) => options with { ScrubPassTime = text.Integer(0, 365) is > 0 and var days ? TimeSpan.FromDays(days) : Timeout.InfiniteTimeSpan }),
        new("scrub-mib-per-second", "N", "MiB a second that are read for that, at most. 1 to 1048576, default 32.",
            (options, text) => options with { ScrubBytesPerSecondMax = text.Long(1, 1_048_576) * MiB }),
        new("log-archive-days", "N", "Days for which logs are kept so that snapshots can be restored to any later moment. 0 to 3650, 0: no more. Default: as the data directory remembers, which is 0 for a new one.",
            (options, text) => options with { LogArchiveTime = TimeSpan.FromDays(text.Integer(0, 3_650)) }),
        new("log-archive-mib", "N", "MiB that logs kept for that may take; the oldest go beyond. 0 to 1073741824, 0: any number. Default: as the data directory remembers, which is 0 for a new one.",
            (options, text) => options with { LogArchiveBytesMax = text.Long(0, 1_073_741_824) * MiB }),
        new("ballast-mib", "N", "MiB of a file that is given up where a deletion finds the disk full. 0 to 1048576, 0: none. Default 64.",
            (options, text) => options with { BallastBytes = text.Long(0, 1_048_576) * MiB }),
        new("free-space-floor-mib", "N", "MiB that must be free on the disk for upserts and new collections. 0 to 1048576, default 128.",
            (options, text) => options with { FreeSpaceFloorBytes = text.Long(0, 1_048_576) * MiB }),
        new("message-mib", "N", "MiB of the largest message, in either direction. 1 to 1024, default 64.",
            (options, text) => Limit(options with { MessageBytesMax = text.Integer(1, 1_024) * MiB }, limits => limits with { AnswerBytesMax = (long)text.Integer(1, 1_024) * MiB })),
        new("streams-per-connection", "N", "Calls at once on one connection. 1 to 100000, default 1000.",
            (options, text) => options with { StreamsPerConnectionMax = text.Integer(1, 100_000) }),
        new("write-mib", "N", "MiB of writes that may wait for the disk, over all calls; more are refused as SERVER_BUSY. 1 to 1048576, default 256.",
            (options, text) => Limit(options, limits => limits with { WriteBytesMax = text.Long(1, 1_048_576) * MiB })),
        new("slow-reads", "N", "Slow reads (exact and filtered searches, counts with a filter) at once. 1 to 1024, default one per core.",
            (options, text) => Limit(options, limits => limits with { SlowReadsAtOnce = text.Integer(1, 1_024) })),
        new("slow-reads-waiting", "N", "Slow reads that may wait for their turn; more are refused as SERVER_BUSY. 1 to 1000000, default 1000.",
            (options, text) => Limit(options, limits => limits with { SlowReadsWaitingMax = text.Integer(1, 1_000_000) })),
        new("scrolls", "N", "Scrolls at once; more are refused as SERVER_BUSY. 1 to 100000, default 64.",
            (options, text) => Limit(options, limits => limits with { ScrollsMax = text.Integer(1, 100_000) })),
        new("stream-window", "N", "Requests of one UpsertStream on their way to the disk. 1 to 1024, default 16.",
            (options, text) => Limit(options, limits => limits with { StreamWindow = text.Integer(1, 1_024) })),
        new("snapshot-downloads", "N", "Downloads of snapshots at once, over all protocols; more are refused as SERVER_BUSY. 1 to 1024, default 16.",
            (options, text) => Limit(options, limits => limits with { SnapshotDownloadsMax = text.Integer(1, 1_024) })),
        new("snapshot-uploads", "N", "Unfinished uploads of snapshots, and as many again by PUT; more are refused as SERVER_BUSY. 1 to 1024, default 16.",
            (options, text) => Limit(options, limits => limits with { SnapshotUploadsMax = text.Integer(1, 1_024) })),
        new("snapshot-upload-gib", "N", "GiB of the largest archive that may be uploaded. 1 to 16384, default 1024.",
            (options, text) => Limit(options, limits => limits with { SnapshotUploadBytesMax = text.Long(1, 16_384) * 1_024 * MiB })),
        new("snapshot-upload-minutes", "N", "How long an unfinished upload waits for its next byte before it is removed. 1 to 10080, default 60.",
            (options, text) => Limit(options, limits => limits with { SnapshotUploadLifetime = TimeSpan.FromMinutes(text.Integer(1, 10_080)) })),
        new("transfer-stall-seconds", "N", "How long a transfer below /snapshots/ waits for the other side's next bytes before it is cut off. 1 to 86400, default 60.",
            (options, text) => Limit(options, limits => limits with { TransferStallMax = TimeSpan.FromSeconds(text.Integer(1, 86_400)) })),
        new("request-ids", "N", "Request ids of answered writes to remember. 1 to 100000000, default 100000.",
            (options, text) => Limit(options, limits => limits with { RequestIdsMax = text.Integer(1, 100_000_000) })),
        new("request-id-minutes", "N", "How long to remember them. 1 to 1440, default 10.",
            (options, text) => Limit(options, limits => limits with { RequestIdLifetime = TimeSpan.FromMinutes(text.Integer(1, 1_440)) })),
    ];

    public static OptionSpec? Find(string name) => All.FirstOrDefault(option => option.Name == name);

    /// <summary>The known name that is most like an unknown one; null where none is.</summary>
    public static string? Nearest(string name)
    {
        var (nearest, distance) = All.Select(option => option.Name).Append("config").Select(known => (known, Distance(known, name))).MinBy(pair => pair.Item2);
        if (distance <= Math.Max(2, name.Length / 3))
            return nearest;

        // Half a name, such as 'port'.
        return name.Length >= 3 ? All.FirstOrDefault(option => option.Name.Contains(name, StringComparison.Ordinal))?.Name : null;
    }

    public static string Help()
    {
        const int Width = 30;
        var text = new StringBuilder();
        text.AppendLine("Usage: vectorstore-server [options]").AppendLine();
        text.AppendLine("Serves the vector database in a directory: gRPC, and Connect and gRPC-Web over HTTP.").AppendLine();
        text.AppendLine("Options:");
        foreach (var option in All)
            text.AppendLine($"  {$"--{option.Name} {option.Value}",-Width}{option.Help}");

        text.AppendLine($"  {"--config FILE",-Width}JSON file with options, such as {{\"data\": \"/srv/vectors\", \"http-port\": 7000}}.");
        text.AppendLine($"  {"--version",-Width}Print the version.");
        text.AppendLine($"  {"--help",-Width}Print this.").AppendLine();
        text.AppendLine("Each option may also stand in appsettings.json beside the program, in the file of --config, or in the environment as VECTORSTORE_SERVER_HTTP_PORT and so on.");
        text.AppendLine("The command line counts most, then the environment, then --config, then appsettings.json.").AppendLine();
        text.Append(ExitCode.Help);
        return text.ToString();
    }

    private static ServerOptions Limit(ServerOptions options, Func<ServiceLimits, ServiceLimits> change) => options with { Limits = change(options.Limits) };

    /// <summary>Edit distance of Levenshtein.</summary>
    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int row = 1; row <= left.Length; row++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = row;
            for (int column = 1; column <= right.Length; column++)
            {
                int replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(previous[column], current[column - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}
