using VectorStore.Engine.Simulation;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>A random but repeatable life of a log on a disk that may fail at any call, and the judgement of what is left.</summary>
/// <remarks>
/// Bursts are submitted while the writer is held inside Apply, so the batches and with them the calls on the disk are the same in each run of a seed.
/// </remarks>
internal sealed class WalWorkload
{
    private const int Steps = 14;

    private readonly SimulatedFileSystem _disk;
    private readonly WalOptions _options;
    private readonly ManualTimeProvider _time = new();
    private readonly Random _random;
    private readonly List<(byte[] Body, Task<ulong> Answer)> _submitted = [];
    private readonly RecordingConsumer _consumer = new();
    private WriteAheadLog? _log;
    private ulong _checkpointLsn;
    private ulong _promisedLsn;

    private WalWorkload(SimulatedFileSystem disk, int seed, Durability durability)
    {
        _disk = disk;
        _random = new Random(seed);
        _options = WalTesting.SmallFiles with
        {
            Durability = durability,
            SyncInterval = TimeSpan.FromMilliseconds(100),
            BatchBytesMax = 300,
            TimeProvider = _time,
        };
    }

    /// <summary>Whether <see cref="WriteAheadLog.Create"/> came to its end. Before that a log may be anything but wrong.</summary>
    public bool WasCreated { get; private set; }

    /// <summary>Runs the workload of a seed until its end or until the disk lets it down.</summary>
    public static WalWorkload Run(SimulatedFileSystem disk, int seed, Durability durability = Durability.Fsync)
    {
        var workload = new WalWorkload(disk, seed, durability);
        try
        {
            WriteAheadLog.Create(disk, WalTesting.Directory, WalTesting.CollectionId, workload._options);
            workload.WasCreated = true;
            workload.Open();
            for (int step = 0; step < Steps && workload._log!.Failure is null; step++)
                workload.Step();
        }
        catch (Exception exception) when (exception is SimulatedCrashException or StorageException or DatabaseStateException { Reason: ErrorReason.CollectionReadOnly })
        {
            // The disk let us down. What was answered until then is the promise to judge.
        }

        workload.RememberPromise();
        workload._log?.Dispose();
        return workload;
    }

    /// <summary>Opens what is left on a disk and says what is wrong with it; null if nothing is.</summary>
    public string? FindViolation(SimulatedFileSystem disk, bool catalogKnowsDurable)
    {
        if (!WasCreated)
            return null;

        ulong known = catalogKnowsDurable ? _promisedLsn : 0;
        try
        {
            var (records, _) = WalTesting.ReadAll(disk, _checkpointLsn, known);
            if (Judge(records) is { } violation)
                return violation;

            // What was there once stays, and the log goes on behind it.
            ulong newLsn;
            using (var log = WalTesting.Open(disk, new RecordingConsumer(), replayAfterLsn: _checkpointLsn))
                newLsn = WalTesting.Settled(log.AppendAsync(9, new byte[] { 1, 2, 3 }, null, CancellationToken.None)).Result;
            List<StoredRecord> expected = [.. records, new StoredRecord(newLsn, 9, "010203")];
            if (records.Count > 0 && newLsn <= records[^1].Lsn)
                return $"LSN {newLsn} was given out again";

            var contents = WalTesting.Contents(disk);
            if (!WalTesting.ReadAll(disk, _checkpointLsn, newLsn).Records.SequenceEqual(expected))
                return "reopening shows other records";
            if (!WalTesting.Contents(disk).OrderBy(file => file.Key).SequenceEqual(contents.OrderBy(file => file.Key)))
                return "reopening a clean log changed its bytes";
            if (!WalTesting.ReadAll(disk.Crash(), _checkpointLsn, newLsn).Records.SequenceEqual(expected))
                return "another loss of power shows other records";
            if (contents.Keys.Count(path => path.Contains("torn-", StringComparison.Ordinal)) > 4 || contents.Keys.Any(path => path.EndsWith(".tmp", StringComparison.Ordinal)))
                return "left-over files pile up";

            return null;
        }
        catch (VectorStoreException exception)
        {
            return $"not readable any more: {exception.Message}";
        }
    }

    /// <summary>Opens a log and adds nothing to it, on a disk that may lose power meanwhile.</summary>
    public void OpenAndClose(SimulatedFileSystem disk)
    {
        try
        {
            WalTesting.Open(disk, new RecordingConsumer(), replayAfterLsn: _checkpointLsn).Dispose();
        }
        catch (SimulatedCrashException)
        {
            // As intended.
        }
    }

    private string? Judge(IReadOnlyList<StoredRecord> records)
    {
        int at = 0;
        for (int index = 0; index < _submitted.Count; index++)
        {
            var (body, answer) = _submitted[index];
            if (answer.Exception?.InnerException is StorageException)
                continue;
            if (answer.IsCompletedSuccessfully && answer.Result <= _checkpointLsn)
                continue;

            bool isPromised = answer.IsCompletedSuccessfully && answer.Result <= _promisedLsn;
            if (at == records.Count)
            {
                if (isPromised)
                    return $"record {index} (LSN {answer.Result}) was acknowledged and is missing";
                continue;
            }

            if (records[at].Body != Convert.ToHexString(body))
                return $"record {index} is not what stands at LSN {records[at].Lsn}";
            if (answer.IsCompletedSuccessfully && answer.Result != records[at].Lsn)
                return $"record {index} was acknowledged as LSN {answer.Result} and is at LSN {records[at].Lsn}";
            at++;
        }

        return at == records.Count ? null : $"{records.Count - at} records appeared that nobody wrote";
    }

    private void Step()
    {
        switch (_random.Next(10))
        {
            case < 4:
                Submit();
                break;
            case < 7:
                Burst(_random.Next(1, 7));
                break;
            case < 8:
                // Whatever is checkpointed was durable in the log before: the rule for callers.
                _checkpointLsn = Math.Max(_checkpointLsn, _random.Next(3) == 0 ? _log!.DurableLsn / 2 : _log!.DurableLsn);
                _log!.TruncateThrough(_checkpointLsn);
                break;
            case < 9:
                _time.Advance(_options.SyncInterval);
                _log!.TruncateThrough(_checkpointLsn);
                break;
            default:
                _log!.Dispose();
                RememberPromise();
                Open();
                break;
        }
    }

    private void Open() => _log = WalTesting.Open(_disk, _consumer, _options, _checkpointLsn, _checkpointLsn);

    private Task<ulong> Enqueue()
    {
        byte[] body = WalTesting.Body(_submitted.Count);
        var answer = _log!.AppendAsync(WalTesting.Kind, body, null, CancellationToken.None);
        _submitted.Add((body, answer));
        return answer;
    }

    private void Submit() => WalTesting.Settled(Enqueue());

    private void Burst(int count)
    {
        _consumer.HoldApply();
        var answers = new List<Task<ulong>> { Enqueue() };
        WalTesting.Eventually(() => _consumer.IsHeld || answers[0].IsCompleted, "the first record of a burst is neither applied nor refused");
        for (int index = 0; index < count; index++)
            answers.Add(Enqueue());

        _consumer.ReleaseApply();
        foreach (var answer in answers)
            WalTesting.Settled(answer);
    }

    /// <summary>With Fsync all that was acknowledged is promised, otherwise what the log calls durable.</summary>
    private void RememberPromise()
    {
        if (_options.Durability == Durability.Fsync)
            _promisedLsn = _submitted.Where(item => item.Answer.IsCompletedSuccessfully).Select(item => item.Answer.Result).DefaultIfEmpty().Max();
        else if (_log is not null)
            _promisedLsn = Math.Max(_promisedLsn, _log.DurableLsn);
    }
}
