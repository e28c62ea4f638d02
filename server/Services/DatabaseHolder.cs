using VectorStore.Engine;
using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Services;

/// <summary>The database, once it is open. The ports listen earlier, so that somebody who asks learns why there is no answer yet. Thread-safe.</summary>
internal sealed class DatabaseHolder(TimeProvider time)
{
    private VectorDatabase? _database;
    private long _readySince;

    /// <exception cref="RpcException">Unavailable: it is not open yet.</exception>
    public VectorDatabase Database => Volatile.Read(ref _database) ?? throw NotReady();

    /// <summary>Since the database is open.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(Interlocked.Read(ref _readySince));

    public void Set(VectorDatabase database)
    {
        Interlocked.Exchange(ref _readySince, time.GetTimestamp());
        Volatile.Write(ref _database, database);
    }

    private static RpcException NotReady() =>
        new(StatusCode.Unavailable, "the server is starting: it recovers its data and takes no calls yet; try again when it is ready", "NOT_READY");
}
