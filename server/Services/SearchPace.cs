using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace VectorStore.Server.Services;

/// <summary>How long searches of each collection take at the moment: where many points wait for the index, even a plain search measures them one by one. Thread-safe.</summary>
/// <remarks>A moving average; lost updates of two searches at once do not matter.</remarks>
internal sealed class SearchPace(TimeProvider time)
{
    // A search shorter than this costs less than it would to wait for a thread of the slow lane.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(10);

    private const int WeightShift = 3;

    // More names than collections there may ever be at once: dropped ones are forgotten with all others.
    private const int NamesMax = 10_000;

    private readonly ConcurrentDictionary<string, StrongBox<long>> _averages = new(StringComparer.Ordinal);
    private readonly long _slowTicks = (long)(s_slow.TotalSeconds * time.TimestampFrequency);

    public bool IsSlow(string collection) => _averages.TryGetValue(collection, out var average) && Volatile.Read(ref average.Value) > _slowTicks;

    public long Begin() => time.GetTimestamp();

    /// <summary>Notes one search.</summary>
    public void End(string collection, long began)
    {
        long ticks = time.GetTimestamp() - began;
        if (!_averages.TryGetValue(collection, out var average))
        {
            if (_averages.Count >= NamesMax)
                _averages.Clear();

            average = _averages.GetOrAdd(collection, _ => new StrongBox<long>(0));
        }

        long before = Volatile.Read(ref average.Value);
        Volatile.Write(ref average.Value, before + ((ticks - before) >> WeightShift));
    }
}
