using System.Runtime.CompilerServices;
using VectorStore.Engine;
using VectorStore.Protocol.Grpc;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Services;

/// <summary>Remembers writes by the id that their caller gave them, so that one that is sent again is applied once. In memory, bounded in number and time. Thread-safe.</summary>
/// <remarks>
/// A repetition while the first try runs waits for it; after its success it gets the same answer; after its failure it is tried again. A collection that
/// is deleted and made again is another one: its ids are new.
/// </remarks>
internal sealed class RequestLedger(int entriesMax, TimeSpan lifetime, TimeProvider time)
{
    public const int IdLengthMax = 64;

    private readonly Lock _lock = new();

    // Guarded by _lock: what runs, and what was answered; the latter in order of time.
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Queue<Answered> _answered = new();

    // Numbers instead of references, so that a remembered id keeps no deleted collection in memory.
    private readonly ConditionalWeakTable<Collection, StrongBox<long>> _incarnations = [];
    private long _lastIncarnation;

    /// <summary>Ids that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Applies a write, or finds the answer to it.</summary>
    /// <param name="collection">Where it goes.</param>
    /// <param name="requestId">1 to 64 characters.</param>
    /// <param name="digest">What it asks for.</param>
    /// <param name="write">Applies it. Begun before this returns, and never cancelled: others may be waiting for it.</param>
    /// <param name="isFirst">Whether this call is the one that applies it: the memory that <paramref name="write"/> uses must stay until the task ends.</param>
    /// <exception cref="RpcException">The id is too long, or stands for another request.</exception>
    public Task<WriteResult> Run(Collection collection, string requestId, UInt128 digest, Func<Task<WriteResult>> write, out bool isFirst)
    {
        if (requestId.Length > IdLengthMax)
            throw EngineErrors.Invalid(ErrorReason.OutOfRange, "requestId", $"requestId: expected at most {IdLengthMax} characters, got {requestId.Length}");

        Entry entry;
        var key = new Key(Incarnation(collection), requestId);
        lock (_lock)
        {
            ForgetLocked();
            if (_entries.TryGetValue(key, out var known))
            {
                isFirst = false;
                return known.Digest == digest ? known.Outcome.Task : throw Reused(requestId);
            }

            entry = new Entry(digest);
            _entries.Add(key, entry);
        }

        isFirst = true;
        _ = CompleteAsync(key, entry, write);
        return entry.Outcome.Task;
    }

    private async Task CompleteAsync(Key key, Entry entry, Func<Task<WriteResult>> write)
    {
        try
        {
            var result = await write();
            lock (_lock)
                _answered.Enqueue(new Answered(key, time.GetTimestamp()));

            entry.Outcome.SetResult(result);
        }
        catch (Exception problem)
        {
            // Forgotten before anybody hears of it, so whoever tries again is the first again.
            lock (_lock)
                _entries.Remove(key);

            entry.Outcome.SetException(problem);
        }
    }

    /// <summary>Entries that still run are kept: the write budget bounds them.</summary>
    private void ForgetLocked()
    {
        while (_answered.TryPeek(out var oldest) && (_answered.Count >= entriesMax || time.GetElapsedTime(oldest.At) >= lifetime))
        {
            _answered.Dequeue();
            _entries.Remove(oldest.Key);
        }
    }

    private long Incarnation(Collection collection) =>
        _incarnations.GetValue(collection, _ => new StrongBox<long>(Interlocked.Increment(ref _lastIncarnation))).Value;

    private static RpcException Reused(string requestId) => new(
        StatusCode.InvalidArgument, $"requestId: '{requestId}' stands for another request already; a new request needs a new id", "REQUEST_ID_REUSED", "requestId");

    private readonly record struct Key(long Incarnation, string RequestId);

    private readonly record struct Answered(Key Key, long At);

    private sealed class Entry(UInt128 digest)
    {
        public UInt128 Digest { get; } = digest;

        public TaskCompletionSource<WriteResult> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
