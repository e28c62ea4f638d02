using System.Diagnostics;

namespace VectorStore.Campaigns;

/// <summary>Many cases of one kind: runs them on all processors, says how far it is, and keeps what went wrong, each with the command that repeats it. A case that does not end is a violation too.</summary>
/// <param name="what">What the cases are, for the lines it prints: <c>seeds</c>.</param>
/// <param name="say">Takes lines of progress, from any thread; null: nobody.</param>
internal sealed class Campaign(string what, Action<string>? say = null)
{
    /// <summary>More would say nothing new.</summary>
    public const int ViolationsMax = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_sayEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    // Guarded by _lock.
    private readonly List<string> _violations = [];
    private TimeSpan _said;
    private int _done;

    /// <summary>How many cases were run.</summary>
    public int Done => _done;

    /// <summary>What went wrong, one text each.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
                return [.. _violations];
        }
    }

    /// <summary>Runs cases, several at a time, until all are done or too much has gone wrong.</summary>
    public async Task RunAsync<T>(IEnumerable<T> cases, Func<T, Task> run, Func<T, string> replay, int? atOnce = null)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce ?? Environment.ProcessorCount };
        await Parallel.ForEachAsync(cases.TakeWhile(_ => Violations.Count < ViolationsMax), options, async (one, _) =>
        {
            try
            {
                await Task.Run(() => run(one), CancellationToken.None).WaitAsync(s_patience, CancellationToken.None);
            }
            catch (Exception problem)
            {
                Add(problem is TimeoutException ? $"{one}: no end after {s_patience.TotalSeconds:0} s" : $"{one}: {problem.GetType().Name}: {problem.Message}", replay(one));
            }

            CountOne();
        });
    }

    /// <summary>Notes a violation that no single case is to blame for.</summary>
    public void Add(string violation, string replay)
    {
        lock (_lock)
            _violations.Add($"{violation}\n  replay: {replay}");
        say?.Invoke($"violation: {violation}\n  replay: {replay}");
    }

    /// <summary>Says how it ended; the last line is for scripts. No case at all is a violation.</summary>
    /// <returns>The exit code.</returns>
    public int Finish()
    {
        if (_done == 0)
            Add("nothing was run", "none");

        say?.Invoke($"{_done} {what} in {_clock.Elapsed.TotalSeconds:0} s");
        say?.Invoke($"violations: {Violations.Count}");
        return Violations.Count == 0 ? 0 : 1;
    }

    private void CountOne()
    {
        string? line = null;
        lock (_lock)
        {
            _done++;
            if (_clock.Elapsed - _said > s_sayEvery)
            {
                _said = _clock.Elapsed;
                line = $"{_done} {what}, {_clock.Elapsed.TotalSeconds:0} s, {_violations.Count} violations";
            }
        }

        if (line is not null)
            say?.Invoke(line);
    }
}
