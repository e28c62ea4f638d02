using System.Globalization;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Workloads;

/// <content>Snapshots that are made by themselves, of the collection or of the whole database: all of them are whole, only the schedule's own go, and it keeps no more than it may.</content>
internal sealed partial class LifeWorkload
{
    private const string SchedulePrefix = "auto";
    private const int ScheduleKeep = 2;

    private readonly string _scheduleOf;

    // What is made by schedule and was not removed by it, oldest first.
    private readonly List<string> _scheduled = [];

    // Runs since the last one that came to its end: each may have left one too many.
    private int _interrupted;

    // How often snapshots are due, which tells one schedule from the other; null: there is none. One of these.
    private HashSet<TimeSpan?> _schedules = [null];

    /// <summary>A schedule comes, is changed or goes.</summary>
    private async Task ScheduleAsync(VectorDatabase database)
    {
        var now = ScheduleIn(database);
        if (now is null || _random.Next(3) > 0)
        {
            var every = TimeSpan.FromHours(now?.Schedule.Every.TotalHours == 1 ? 2 : 1);
            _schedules.Add(every);
            Listener?.Changed();
            await database.SetSnapshotScheduleAsync(new SnapshotSchedule { CollectionName = _scheduleOf, Every = every, Keep = ScheduleKeep, Prefix = SchedulePrefix });
            _schedules = [every];
            Listener?.Changed();
            return;
        }

        _schedules.Add(null);
        Listener?.Changed();
        await database.RemoveSnapshotScheduleAsync(_scheduleOf);
        _schedules = [null];
        _scheduled.Clear();
        Listener?.Changed();
    }

    /// <summary>Hours later: what is due is made, and the oldest go.</summary>
    private async Task RunScheduleAsync(ITestDisk disk, VectorDatabase database)
    {
        _clock.Now += TimeSpan.FromHours(2);
        if (database.ListSnapshotSchedules().Count == 0)
        {
            await UpsertAsync(database);
            return;
        }

        string made = string.Create(CultureInfo.InvariantCulture, $"{SchedulePrefix}-{_clock.Now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        var wasSure = new HashSet<string>();
        foreach (string old in TellScheduled())
        {
            if (_snapshots[(_scheduleOf, old)].IsSure)
                wasSure.Add(old);

            _snapshots[(_scheduleOf, old)] = (_snapshots[(_scheduleOf, old)].State, false);
        }

        await ExpectAsync(database, _scheduleOf, made);
        _scheduled.Add(made);
        _interrupted++;
        Listener?.Changed();
        await database.RunDueSnapshotsAsync();

        // What goes wrong in a run is noted, not thrown.
        if (disk.HasCrashed)
            throw new SimulatedCrashException();

        var status = database.ListSnapshotSchedules().Single();
        bool isMade = status.LastSnapshot == made && !status.IsFailing;
        if (!isMade)
            _scheduled.Remove(made);
        else
            _snapshots[(_scheduleOf, made)] = (_snapshots[(_scheduleOf, made)].State, true);

        Assert.True(isMade || status.LastErrorTime == _clock.Now, $"snapshot {made} was not made, and nothing says why");
        bool isTidy = status.LastErrorTime != _clock.Now;
        _interrupted = isTidy ? 0 : _interrupted;
        foreach (string old in TellScheduled().Where(old => old != made).ToList())
        {
            if (status.Snapshots.Contains(old))
                _snapshots[(_scheduleOf, old)] = (_snapshots[(_scheduleOf, old)].State, wasSure.Contains(old) && isTidy);
            else if (isTidy)
                _snapshots.Remove((_scheduleOf, old));
        }

        Assert.True(!isTidy || status.Snapshots.Count <= ScheduleKeep, $"the schedule has {string.Join(", ", status.Snapshots)}, and keeps {ScheduleKeep}");
        Listener?.Changed();
    }

    /// <summary>The schedule is one that there was, knows what it has made, and has let none of it pile up.</summary>
    private void CheckSchedule(VectorDatabase database, string when, bool adopt)
    {
        var status = ScheduleIn(database);
        Assert.True(_schedules.Contains(status?.Schedule.Every), $"{when}: snapshots are due every {status?.Schedule.Every}, not {string.Join(" or ", _schedules)}");
        var there = database.ListSnapshots(_scheduleOf).Select(snapshot => snapshot.Name).Where(_scheduled.Contains).ToList();
        if (status is not null)
        {
            Assert.True(there.TrueForAll(name => status.Snapshots.Contains(name)), $"{when}: of {string.Join(", ", there)} the schedule knows only {string.Join(", ", status.Snapshots)}");
            Assert.True(there.Count <= ScheduleKeep + _interrupted, $"{when}: {string.Join(", ", there)} are there, and the schedule keeps {ScheduleKeep}");
        }

        if (!adopt)
            return;

        _schedules = [status?.Schedule.Every];
        if (status is null)
            _scheduled.Clear();
    }

    private static SnapshotScheduleStatus? ScheduleIn(VectorDatabase database) => database.ListSnapshotSchedules() is [var status, ..] ? status : null;

    /// <summary>Those of the schedule's that nobody else has removed.</summary>
    private List<string> TellScheduled()
    {
        _scheduled.RemoveAll(name => !_snapshots.ContainsKey((_scheduleOf, name)));
        return _scheduled;
    }
}
