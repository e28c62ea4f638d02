using System.Buffers;

namespace VectorStore.Engine.Payloads;

/// <summary>Serves payload reads of one collection. Rebuildable: the truth is the sealed segments and the log.</summary>
/// <remarks>
/// One thread (the applier of the log) puts, removes and checkpoints; any number of threads read beside it. A value is compact UTF-8 JSON,
/// already validated, 2 bytes to 1 MiB. After a failure of the device below every call throws <see cref="StorageException"/> or
/// <see cref="CorruptDataException"/>: a value is served whole and verified, or not at all.
/// </remarks>
internal interface IPayloadStore : IDisposable
{
    /// <summary>Stores a value. Putting the same key again (as replaying the log does) leaves one value.</summary>
    void Put(in PayloadKey key, ReadOnlySpan<byte> json);

    /// <summary>Forgets a value; does nothing where there is none.</summary>
    void Remove(in PayloadKey key);

    /// <summary>Appends the value to <paramref name="destination"/> and returns true; false, and nothing appended, where there is none.</summary>
    bool TryGet(in PayloadKey key, IBufferWriter<byte> destination);

    /// <summary>Makes everything put and removed so far durable, and returns the token that reopens this state. Bounded in time.</summary>
    /// <param name="lsn">The log position the state stands for; asserted when it is reopened.</param>
    PayloadCheckpoint Checkpoint(ulong lsn);

    /// <summary>Brings what was put so far to the disk, as far as that does no harm to others, so that the next checkpoint takes less time. Promises nothing; may run beside every other call but <see cref="IDisposable.Dispose"/>.</summary>
    void SyncAhead();

    /// <summary>Called once the manifest that holds <paramref name="checkpoint"/> is durable: older checkpoints and log files may go.</summary>
    void Release(PayloadCheckpoint checkpoint);

    /// <summary>Bytes of memory held, native and managed.</summary>
    long MemoryBytes { get; }

    /// <summary>Bytes the store's log takes on disk and in memory, dead values included; 0 where there is no log.</summary>
    long LogBytes { get; }

    /// <summary>
    /// An estimate of the part of <see cref="LogBytes"/> that values still need. Where it is small, the store is made anew: <see cref="IPayloadStoreProvider.Create"/>, and every value put again, from the old one
    /// (<see cref="RenewablePayloadStore"/>) or, when the collection is opened, from the segments.
    /// </summary>
    long LiveBytes { get; }
}
