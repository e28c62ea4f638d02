namespace VectorStore.Engine.CrashTests.Workloads;

/// <content>Restoring to a moment, in lives that keep their logs: a snapshot and the log behind it give what was stored when a write was answered.</content>
internal sealed partial class LifeWorkload
{
    private static readonly TimeSpan s_keepLogs = TimeSpan.FromDays(1);

    // Two writes are that far apart, so a time between them means the first.
    private static readonly TimeSpan s_stepTime = TimeSpan.FromSeconds(1);

    private readonly List<LifeMoment> _moments = [];
    private readonly Dictionary<(string Collection, string Name), Guid> _logsOfSnapshots = [];

    // A failing disk may have kept the log of a collection that was replaced out of the archive: that is told, and stops nothing.
    private bool _mayLackLogs;

    // In another process the same log has another identity, so who follows a life from outside is told.
    private Guid LogOf(Collection collection) => Listener is null ? collection.LogIdentity : Listener.Log(collection.LogIdentity);

    private void Note(Collection collection, WriteResult result)
    {
        if (_keepsLogs)
            _moments.Add(new LifeMoment(LogOf(collection), result.Lsn, _clock.Now, _states[^1]));
    }

    /// <summary>So much later that what is in the archive may go.</summary>
    private async Task LetTimePassAsync(VectorDatabase database)
    {
        _clock.Now += 2 * s_keepLogs;
        await UpsertAsync(database);
        await database.GetCollection(Name).SealAsync();
    }

    /// <summary>Goes back to a moment, or back to one that going back has undone.</summary>
    private async Task RestoreToMomentAsync(VectorDatabase database)
    {
        if (_version % 4 == 0 && await TryRestoreWholeToMomentAsync(database))
            return;

        var current = database.GetCollection(Name).LogIdentity;
        var choices = Restorable(database, Name).Where(choice => choice.IsSure && (!_mayLackLogs || choice.Moment.Log == current)).ToList();
        if (choices.Count == 0)
        {
            await UpsertAsync(database);
            return;
        }

        var (snapshot, moment, _) = choices[_random.Next(choices.Count)];
        var key = (Name, snapshot.Name);
        ExpectReplaced(moment.State, _graphsOfSnapshots[key]);
        await database.RestoreSnapshotToAsync(Name, snapshot.Name, PointOf(snapshot, moment, _random), replace: true);
        AcknowledgeReplaced(_graphsOfSnapshots[key]);
    }

    /// <summary>All collections go to one time, by a snapshot of the whole and the logs of all. False: there is none to go to.</summary>
    private async Task<bool> TryRestoreWholeToMomentAsync(VectorDatabase database)
    {
        var choices = Restorable(database, VectorDatabase.WholeDatabase).Where(choice => choice.IsSure && !_mayLackLogs && choice.Moment.Time >= choice.Snapshot.CreatedAt).ToList();
        if (choices.Count == 0)
            return false;

        var (snapshot, moment, _) = choices[_random.Next(choices.Count)];
        var key = (VectorDatabase.WholeDatabase, snapshot.Name);
        ExpectReplaced(moment.State, _graphsOfSnapshots[key]);
        var restored = await database.RestoreDatabaseSnapshotToAsync(snapshot.Name, RestorePoint.AtTime(moment.Time + (s_stepTime / 2)), replace: true);
        AcknowledgeReplaced(_graphsOfSnapshots[key]);

        // To the others nothing is written after they are made.
        Assert.Equal(_collectionsOf[snapshot.Name].Keys.Order(StringComparer.Ordinal), restored.Select(result => result.Collection.Name));
        foreach (var (collection, _) in restored)
        {
            string when = $"the whole brought from {snapshot.Name} to {moment.Time:O}";
            var expected = collection.Name == Name ? moment.State : _collectionsOf[snapshot.Name][collection.Name];
            var found = await ReadAsync(collection, when);
            Assert.True(Same(expected, found), $"{when} holds {Show(found)} in {collection.Name}, not {Show(expected)}");
        }

        return true;
    }

    /// <summary>One moment, drawn, is restored as it was; and the newest, where the log is that of the collection, is what the collection has.</summary>
    private async Task CheckMomentsAsync(VectorDatabase database, Dictionary<PointId, string> found, string when)
    {
        if (!_keepsLogs)
            return;

        var random = new Random(_version + _states.Count);
        var current = database.GetCollection(Name).LogIdentity;
        var choices = Restorable(database, Name);
        if (choices.Count > 0)
        {
            var (snapshot, moment, isSure) = choices[random.Next(choices.Count)];
            await CheckRestoredAsync(database, snapshot, PointOf(snapshot, moment, random), moment.State, isSure && (!_mayLackLogs || moment.Log == current), when);
        }

        var newest = database.ListSnapshots(Name).LastOrDefault(snapshot => IsOfLog(snapshot, current));
        if (newest is not null)
            await CheckRestoredAsync(database, newest, RestorePoint.Newest, found, IsKept(newest), when);
    }

    private static async Task CheckRestoredAsync(VectorDatabase database, SnapshotInfo snapshot, RestorePoint point, Dictionary<PointId, string> expected, bool isSure, string when)
    {
        string what = $"{when}: snapshot {snapshot.Name} brought forward from position {snapshot.Lsn} to {point}";
        RestoreResult restored;
        try
        {
            restored = await database.RestoreSnapshotToAsync(Name, snapshot.Name, point, CopyName, replace: true);
        }
        catch (InvalidRequestException gone) when (gone.Reason == ErrorReason.OutOfRange)
        {
            Assert.False(isSure, $"{what}: {gone.Message}");
            return;
        }

        var state = await ReadAsync(restored.Collection, when);
        Assert.True(Same(expected, state), $"{what} holds {Show(state)}, not {Show(expected)}");
    }

    /// <summary>Snapshots with moments behind them, and whether all of the log between must be there still.</summary>
    private List<(SnapshotInfo Snapshot, LifeMoment Moment, bool IsSure)> Restorable(VectorDatabase database, string of) =>
    [
        .. from snapshot in database.ListSnapshots(of)
           from moment in _moments
           where IsOfLog(snapshot, moment.Log) && moment.Lsn >= LsnOf(snapshot)
           select (snapshot, moment, IsKept(snapshot)),
    ];

    private bool IsOfLog(SnapshotInfo snapshot, Guid log) =>
        snapshot.Problem is null && _snapshots.ContainsKey((snapshot.CollectionName, snapshot.Name)) && _logsOfSnapshots.TryGetValue((snapshot.CollectionName, snapshot.Name), out var own) && own == log;

    private static ulong LsnOf(SnapshotInfo snapshot) =>
        snapshot.CollectionName == Name ? snapshot.Lsn : snapshot.Collections.Single(member => member.CollectionName == Name).Lsn;

    // Nothing behind it is old enough to go.
    private bool IsKept(SnapshotInfo snapshot) => snapshot.CreatedAt >= _clock.Now - s_keepLogs;

    private static RestorePoint PointOf(SnapshotInfo snapshot, LifeMoment moment, Random random) =>
        moment.Time < snapshot.CreatedAt || random.Next(2) == 0 ? RestorePoint.AtLsn(moment.Lsn) : RestorePoint.AtTime(moment.Time + (s_stepTime / 2));
}
