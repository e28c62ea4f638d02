using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Segments;

/// <summary>Payload versions of a segment that were replaced while somebody may still look at them. Thread-safe.</summary>
/// <remarks>
/// One thread adds, in the order of log positions, and forgets what no view can ask for any more; readers come here only for rows whose payload is newer than
/// their view. So the lock is rarely taken by two.
/// </remarks>
internal sealed class PayloadHistory
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<uint, Versions> _rows = [];

    public void Add(PointOffset offset, PayloadVersion replaced)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(offset.Value, out var versions))
                _rows.Add(offset.Value, versions = new Versions());

            versions.Add(replaced);
        }
    }

    /// <summary>The newest version up to a log position; false where it was forgotten, which it is not while a view of that position is leased.</summary>
    public bool TryFind(PointOffset offset, ulong lsn, out PayloadVersion version)
    {
        version = default;
        lock (_gate)
            return _rows.TryGetValue(offset.Value, out var versions) && versions.TryFind(lsn, out version);
    }

    /// <summary>Forgets a version and those before it.</summary>
    public void Forget(PointOffset offset, PayloadVersion replaced)
    {
        lock (_gate)
        {
            if (_rows.TryGetValue(offset.Value, out var versions) && versions.ForgetThrough(replaced.Lsn))
                _rows.Remove(offset.Value);
        }
    }

    /// <summary>Of one row, oldest first. A walk that lasts may keep a great many of a row that is changed often, so each step is short.</summary>
    private sealed class Versions
    {
        private readonly List<PayloadVersion> _kept = [];
        private int _first;

        public void Add(PayloadVersion version) => _kept.Add(version);

        public bool TryFind(ulong lsn, out PayloadVersion version)
        {
            int low = _first, high = _kept.Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (_kept[middle].Lsn <= lsn)
                    low = middle + 1;
                else
                    high = middle;
            }

            version = low > _first ? _kept[low - 1] : default;
            return low > _first;
        }

        /// <summary>Whether nothing is left.</summary>
        public bool ForgetThrough(ulong lsn)
        {
            while (_first < _kept.Count && _kept[_first].Lsn <= lsn)
                _first++;

            if (_first * 2 > _kept.Count)
            {
                _kept.RemoveRange(0, _first);
                _first = 0;
            }

            return _kept.Count == 0;
        }
    }
}
