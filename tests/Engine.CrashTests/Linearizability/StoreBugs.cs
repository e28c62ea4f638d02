using System.Collections.Concurrent;
using VectorStore.Linearizability;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>Bugs as a database might have them, each of which shows in what concurrent clients are answered.</summary>
internal static class StoreBugs
{
    // As often as a bug shows: most calls are answered as they should be.
    private const int OneOf = 10;

    /// <summary>By the names that docs/reliability.md has.</summary>
    public static IReadOnlyDictionary<string, Func<IPointStore, IPointStore>> All { get; } = new Dictionary<string, Func<IPointStore, IPointStore>>
    {
        ["a write is answered before it is visible"] = store => new EarlyAnswer(store),
        ["a read shows an older view"] = store => new OldView(store),
        ["a batch is applied in two steps"] = store => new TwoSteps(store),
        ["a change of a payload overwrites one that came between"] = store => new LostUpdate(store),
        ["a read of several points takes them one after the other"] = store => new PieceByPiece(store),
        ["a deletion that is answered comes back"] = store => new LostDelete(store),
        ["a write that was taken back is stored"] = store => new StoredAfterCancelling(store),
        ["a search passes over the newest point"] = store => new BlindSearch(store),
        ["a deletion says it deleted what was not there"] = store => new WrongNumber(store),
        ["a write tells a log position of before"] = store => new OldPosition(store),
    };

    private sealed class EarlyAnswer(IPointStore store) : PlantedStore(store)
    {
        private static ulong s_lsn = 1_000_000;

        public override async Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken)
        {
            if (version % OneOf != 0)
                return await LaterAsync(await base.UpsertAsync(group, keys, version, cancellationToken));

            _ = IgnoreAsync(Task.Run(() => base.UpsertAsync(group, keys, version, CancellationToken.None), CancellationToken.None));
            return await LaterAsync(new WriteAnswer(System.Numerics.BitOperations.PopCount((uint)keys), 0));
        }

        public override async Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken) => await LaterAsync(await base.DeleteAsync(group, keys, cancellationToken));

        public override async Task<WriteAnswer> SetPayloadAsync(int group, int keys, int version, CancellationToken cancellationToken) =>
            await LaterAsync(await base.SetPayloadAsync(group, keys, version, cancellationToken));

        public override Task<ulong> LsnAsync() => Task.FromResult(ulong.MaxValue);

        // Positions must not give it away: it is to be found by what is read.
        private Task<WriteAnswer> LaterAsync(WriteAnswer answer) => Task.FromResult(answer with { Lsn = Interlocked.Increment(ref s_lsn) });
    }

    private sealed class OldView(IPointStore store) : PlantedStore(store)
    {
        private readonly ConcurrentDictionary<(int Group, int Keys), GroupState> _seen = new();
        private int _reads;

        public override async Task<GroupState> ReadAsync(ReadWay way, int group, int keys)
        {
            if (Interlocked.Increment(ref _reads) % OneOf == 0 && _seen.TryGetValue((group, keys), out var old))
                return old;

            return _seen[(group, keys)] = await base.ReadAsync(way, group, keys);
        }
    }

    private sealed class TwoSteps(IPointStore store) : PlantedStore(store)
    {
        public override async Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken)
        {
            int last = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys + 1) >> 1;
            if (last == keys)
                return await base.UpsertAsync(group, keys, version, cancellationToken);

            var first = await base.UpsertAsync(group, keys & ~last, version, cancellationToken);
            var second = await base.UpsertAsync(group, last, version, CancellationToken.None);
            return new WriteAnswer(first.Changed + second.Changed, second.Lsn);
        }
    }

    private sealed class LostUpdate(IPointStore store) : PlantedStore(store)
    {
        public override async Task<WriteAnswer> SetPayloadAsync(int group, int keys, int version, CancellationToken cancellationToken)
        {
            // What is there is read, changed and written back, vectors and all.
            for (int key = 0; key < GroupState.Keys; key++)
            {
                if (keys != 1 << key || await ReadAsync(ReadWay.Get, group, keys) is var before && before[key] == 0)
                    continue;

                await Task.Yield();
                var written = await base.UpsertAsync(group, keys, (int)(before[key] >> 32), cancellationToken);
                await base.SetPayloadAsync(group, keys, version, CancellationToken.None);
                return written;
            }

            return await base.SetPayloadAsync(group, keys, version, cancellationToken);
        }
    }

    private sealed class PieceByPiece(IPointStore store) : PlantedStore(store)
    {
        public override async Task<GroupState> ReadAsync(ReadWay way, int group, int keys)
        {
            var state = default(GroupState);
            for (int key = 0; key < GroupState.Keys; key++)
            {
                if ((keys & (1 << key)) == 0)
                    continue;

                state = state.With(key, (await base.ReadAsync(way, group, 1 << key))[key]);
                await Task.Yield();
            }

            return state;
        }
    }

    private sealed class LostDelete(IPointStore store) : PlantedStore(store)
    {
        private int _deletes;

        public override async Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _deletes) % 3 != 0)
                return await base.DeleteAsync(group, keys, cancellationToken);

            var before = await base.ReadAsync(ReadWay.Get, group, keys);
            var answer = await base.DeleteAsync(group, keys, cancellationToken);
            for (int key = 0; key < GroupState.Keys; key++)
            {
                if (before[key] != 0)
                    await base.UpsertAsync(group, 1 << key, (int)(before[key] >> 32), CancellationToken.None);
            }

            return answer;
        }
    }

    private sealed class StoredAfterCancelling(IPointStore store) : PlantedStore(store)
    {
        public override async Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken)
        {
            var answer = await base.UpsertAsync(group, keys, version, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return answer;
        }
    }

    private sealed class BlindSearch(IPointStore store) : PlantedStore(store)
    {
        private int _searches;

        public override async Task<GroupState> ReadAsync(ReadWay way, int group, int keys)
        {
            var state = await base.ReadAsync(way, group, keys);
            if (way is not (ReadWay.Search or ReadWay.FilteredSearch) || Interlocked.Increment(ref _searches) % OneOf != 0)
                return state;

            int newest = Enumerable.Range(0, GroupState.Keys).MaxBy(key => state[key]);
            return state.With(newest, 0);
        }
    }

    private sealed class WrongNumber(IPointStore store) : PlantedStore(store)
    {
        public override async Task<WriteAnswer> DeleteAsync(int group, int keys, CancellationToken cancellationToken) =>
            await base.DeleteAsync(group, keys, cancellationToken) with { Changed = System.Numerics.BitOperations.PopCount((uint)keys) };
    }

    private sealed class OldPosition(IPointStore store) : PlantedStore(store)
    {
        private ulong _before;

        public override async Task<WriteAnswer> UpsertAsync(int group, int keys, int version, CancellationToken cancellationToken)
        {
            var answer = await base.UpsertAsync(group, keys, version, cancellationToken);
            ulong before = Interlocked.Exchange(ref _before, answer.Lsn);
            return version % OneOf == 0 ? answer with { Lsn = before } : answer;
        }
    }

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception problem) when (problem is VectorStoreException or Simulation.SimulatedCrashException)
        {
            // The bug: nobody hears of it.
        }
    }
}
