namespace VectorStore.Linearizability;

/// <summary>Clients that call a store at the same time, and what each was answered and when, by one clock. Each client draws what it does from a seed; what meets what is chance.</summary>
/// <param name="seed">Of the clients.</param>
/// <param name="clients">How many.</param>
/// <param name="groups">Groups of points that they use.</param>
internal sealed class HistoryRecorder(int seed, int clients, int groups)
{
    private const int SpinsMax = 200;

    private readonly Lock _lock = new();

    // Guarded by _lock. Calls that have ended, by group; and those that were never answered and still may have an effect.
    private readonly List<RecordedCall<GroupCall>>[] _calls = [.. Enumerable.Range(0, groups).Select(_ => new List<RecordedCall<GroupCall>>())];
    private readonly List<(int Group, int Client, GroupCall Call, long Invoked)> _open = [];
    private long _clock;
    private long _lsnAnswered;
    private int _version;
    private int _begun;
    private int _phase;

    /// <summary>Calls begun so far.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Calls that were taken back before the store took them.</summary>
    public int Cancelled { get; private set; }

    /// <summary>Calls that were never answered.</summary>
    public int Unknown { get; private set; }

    /// <summary>Has all clients make calls until each has made its number, or no call is taken any more.</summary>
    /// <param name="store">What they call.</param>
    /// <param name="callsOfEach">Of each client.</param>
    /// <param name="fateOf">What an error says of its call.</param>
    public async Task RunAsync(IPointStore store, int callsOfEach, Func<Exception, CallFate> fateOf)
    {
        int phase = _phase++;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => RunClientAsync(store, client, new Random(HashCode.Combine(seed, phase, client)), callsOfEach, fateOf))));
    }

    /// <summary>The store was recovered: what was not answered by now has had its effect, or has none.</summary>
    public void Recovered()
    {
        long now = Interlocked.Increment(ref _clock);
        lock (_lock)
        {
            foreach (var (group, client, call, invoked) in _open)
                _calls[group].Add(new RecordedCall<GroupCall>(client, call, invoked, now, IsUnknown: true));

            _open.Clear();
        }
    }

    /// <summary>Reads everything in every way; nothing else happens meanwhile.</summary>
    public async Task ReadAllAsync(IPointStore store)
    {
        for (int group = 0; group < groups; group++)
        {
            foreach (var way in Enum.GetValues<ReadWay>())
                await ReadAsync(store, clients, group, way, GroupState.AllKeys);
        }
    }

    /// <summary>Throws unless the answers are those of a collection where one call comes after the other.</summary>
    /// <param name="stepsMax">Of the checker, for each group.</param>
    public void Judge(long stepsMax)
    {
        for (int group = 0; group < groups; group++)
        {
            List<RecordedCall<GroupCall>> calls;
            lock (_lock)
                calls = [.. _calls[group], .. _open.Where(open => open.Group == group).Select(open => new RecordedCall<GroupCall>(open.Client, open.Call, open.Invoked, long.MaxValue, IsUnknown: true))];

            var verdict = LinearizabilityChecker.Check(new GroupModel(), calls, stepsMax);
            if (verdict.Kind != VerdictKind.Linearizable)
                throw new HistoryViolationException($"group {group}: {verdict.Explanation}");
        }
    }

    /// <summary>Calls that were answered, and how many of them overlapped another one of the same group.</summary>
    public (int Calls, int Overlapping) Count()
    {
        lock (_lock)
        {
            return (_calls.Sum(calls => calls.Count), _calls.Sum(calls => calls.Count(one => calls.Any(other => other != one && other.Invoked < one.Responded && one.Invoked < other.Responded))));
        }
    }

    private async Task RunClientAsync(IPointStore store, int client, Random random, int calls, Func<Exception, CallFate> fateOf)
    {
        for (int call = 0; call < calls; call++)
        {
            int group = random.Next(groups);
            int keys = random.Next(3) == 0 ? GroupState.AllKeys : random.Next(1, GroupState.AllKeys + 1);
            Interlocked.Increment(ref _begun);
            try
            {
                switch (random.Next(12))
                {
                    case < 4:
                        await WriteAsync(GroupCallKind.Upsert, store, client, group, keys, random, fateOf);
                        break;
                    case 4:
                        await WriteAsync(GroupCallKind.Delete, store, client, group, keys, random, fateOf);
                        break;
                    case 5 or 6:
                        await WriteAsync(GroupCallKind.SetPayload, store, client, group, keys, random, fateOf);
                        break;
                    case 7:
                        await CountAsync(store, client, group, Math.Max(1, Volatile.Read(ref _version) - random.Next(40)));
                        break;
                    case 8 when random.Next(4) == 0:
                        await CheckTokenAsync(store);
                        break;
                    default:
                        await ReadAsync(store, client, group, (ReadWay)random.Next(4), keys);
                        break;
                }
            }
            catch (Exception problem) when (fateOf(problem) is var fate and not CallFate.Wrong)
            {
                if (fate != CallFate.NotApplied)
                    return;
            }

            Pause(random);
            if (random.Next(4) == 0)
                await Task.Yield();
        }
    }

    private async Task WriteAsync(GroupCallKind kind, IPointStore store, int client, int group, int keys, Random random, Func<Exception, CallFate> fateOf)
    {
        int version = kind == GroupCallKind.Delete ? 0 : Interlocked.Increment(ref _version);
        var call = new GroupCall(kind, keys, version);
        ulong before = (ulong)Interlocked.Read(ref _lsnAnswered);
        using var cancel = random.Next(10) == 0 ? new CancellationTokenSource() : null;
        var token = cancel?.Token ?? CancellationToken.None;
        long invoked = Interlocked.Increment(ref _clock);
        try
        {
            var writing = kind switch
            {
                GroupCallKind.Upsert => store.UpsertAsync(group, keys, version, token),
                GroupCallKind.Delete => store.DeleteAsync(group, keys, token),
                _ => store.SetPayloadAsync(group, keys, version, token),
            };
            if (cancel is not null)
            {
                Pause(random);
                await cancel.CancelAsync();
            }

            var answer = await writing;
            Add(client, group, call with { Number = answer.Changed }, invoked);

            // A change of the payloads of points that are not there writes nothing.
            bool wrote = kind != GroupCallKind.SetPayload || answer.Changed > 0;
            if (wrote ? answer.Lsn <= before : answer.Lsn < before)
                throw new HistoryViolationException($"{call} has log position {answer.Lsn}, and {before} had been answered before it began");

            NoteAnswered(answer.Lsn);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
                Cancelled++;
        }
        catch (Exception problem) when (fateOf(problem) == CallFate.Unknown)
        {
            lock (_lock)
            {
                Unknown++;
                _open.Add((group, client, call, invoked));
            }

            throw;
        }
    }

    private async Task ReadAsync(IPointStore store, int client, int group, ReadWay way, int keys)
    {
        long invoked = Interlocked.Increment(ref _clock);
        var seen = await store.ReadAsync(way, group, keys);
        Add(client, group, new GroupCall(GroupCallKind.Read, keys, Seen: seen, Way: way), invoked);
    }

    private async Task CountAsync(IPointStore store, int client, int group, int version)
    {
        long invoked = Interlocked.Increment(ref _clock);
        long number = await store.CountAsync(group, version);
        Add(client, group, new GroupCall(GroupCallKind.Count, GroupState.AllKeys, version, number), invoked);
    }

    /// <summary>The position that a write was answered is a token: whatever is read afterwards shows that write.</summary>
    private async Task CheckTokenAsync(IPointStore store)
    {
        ulong answered = (ulong)Interlocked.Read(ref _lsnAnswered);
        ulong now = await store.LsnAsync();
        if (now < answered)
            throw new HistoryViolationException($"log position {answered} had been answered, and then the collection is at {now}");
    }

    private void Add(int client, int group, GroupCall call, long invoked)
    {
        long responded = Interlocked.Increment(ref _clock);
        lock (_lock)
            _calls[group].Add(new RecordedCall<GroupCall>(client, call, invoked, responded));
    }

    private void NoteAnswered(ulong lsn)
    {
        long known = Interlocked.Read(ref _lsnAnswered);
        while (known < (long)lsn)
        {
            long found = Interlocked.CompareExchange(ref _lsnAnswered, (long)lsn, known);
            if (found == known)
                return;

            known = found;
        }
    }

    private static void Pause(Random random)
    {
        if (random.Next(3) == 0)
            Thread.SpinWait(random.Next(SpinsMax));
        else if (random.Next(8) == 0)
            Thread.Yield();
    }
}
