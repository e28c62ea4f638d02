using System.Net;
using VectorStore.Server.Services;

namespace VectorStore.Server.Hosting;

/// <summary>How the server runs. Immutable; read and validated once, at start. <see cref="OptionCatalog"/> knows the names, ranges and texts.</summary>
internal sealed record ServerOptions
{
    public string DataDirectory { get; init; } = "./data";

    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>0: any free one.</summary>
    public int HttpPort { get; init; } = 6333;

    /// <summary>0: any free one.</summary>
    public int GrpcPort { get; init; } = 6334;

    /// <summary>PEM file with the certificate and those that vouch for it. Null: no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file with the private key.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Allows addresses that others reach, without TLS.</summary>
    public bool Insecure { get; init; }

    /// <summary>Where the ports are written once they are open. Null: nowhere.</summary>
    public string? PortsFile { get; init; }

    /// <summary>How long running calls may take to end when the server stops.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(30);

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Threads that build graphs. Null: one per core.</summary>
    public int? IndexThreads { get; init; }

    /// <summary>Bytes of a growing segment's vectors at which it is sealed. Null: the engine's default.</summary>
    public long? SealAtBytes { get; init; }

    /// <summary>Bytes of vectors of the largest segment that merging makes. Null: the engine's default.</summary>
    public long? MergeUpToBytes { get; init; }

    /// <summary>Share of the processors that sealing and merging by themselves may take. Null: the engine's default.</summary>
    public double? OptimizerCpuShare { get; init; }

    /// <summary>Bytes of memory that each collection's payload store may take for the payloads written last. Null: the engine's default.</summary>
    public long? PayloadMemoryBytes { get; init; }

    /// <summary>Share of the searches that are answered again exactly, to measure recall. Null: the engine's default.</summary>
    public double? RecallSampling { get; init; }

    /// <summary>Within which all sealed files are read once in the background; infinite: never. Null: the engine's default.</summary>
    public TimeSpan? ScrubPassTime { get; init; }

    /// <summary>Bytes a second that are read for that, at most. Null: the engine's default.</summary>
    public long? ScrubBytesPerSecondMax { get; init; }

    /// <summary>For so long logs are kept; null: as the data directory remembers.</summary>
    public TimeSpan? LogArchiveTime { get; init; }

    /// <summary>Bytes that kept logs may take, 0 for any number; null: as the data directory remembers.</summary>
    public long? LogArchiveBytesMax { get; init; }

    /// <summary>Bytes of the ballast. Null: the engine's default.</summary>
    public long? BallastBytes { get; init; }

    /// <summary>Bytes that must be free for writes. Null: the engine's default.</summary>
    public long? FreeSpaceFloorBytes { get; init; }

    /// <summary>Bytes of one message, in either direction, before and after decompression.</summary>
    public int MessageBytesMax { get; init; } = 64 << 20;

    /// <summary>Calls at once on one connection.</summary>
    public int StreamsPerConnectionMax { get; init; } = 1_000;

    /// <summary>Origins of web pages that may call; <c>*</c>: all. Empty: none. Separated by commas, so that options stay comparable.</summary>
    public string AllowedOrigins { get; init; } = "";

    public ServiceLimits Limits { get; init; } = new();

    public bool UsesTls => TlsCertificate is not null;

    public static string[] SplitOrigins(string origins) => origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Refuses what contradicts itself, or is not safe.</summary>
    /// <exception cref="StartException">With the sentence.</exception>
    public void Validate()
    {
        if (HttpPort == GrpcPort && HttpPort != 0)
            throw StartException.BadOptions($"--http-port and --grpc-port are both {HttpPort}; they need two different ports");
        if (TlsCertificate is null != TlsKey is null)
            throw StartException.BadOptions($"--tls-cert and --tls-key go together; only {(TlsKey is null ? "--tls-cert" : "--tls-key")} is given");

        // There are no keys or users yet, so TLS only keeps others from listening in: saying so is the least.
        if (!IPAddress.IsLoopback(Bind) && !UsesTls && !Insecure)
        {
            throw StartException.BadOptions(
                $"--bind {Bind} lets others reach this server: it needs TLS (--tls-cert and --tls-key), or --insecure where the network itself is trusted");
        }
    }
}
