namespace VectorStore.Client.Uploading;

/// <summary>Keeps the account of an upload: what is acknowledged, up to where there is no gap, and what went wrong first. Thread-safe.</summary>
internal sealed class UploadLedger(UploadOptions options)
{
    private readonly Lock _lock = new();

    // Acknowledged batches with a gap before them, by their first point. Guarded by _lock, as all below.
    private readonly SortedDictionary<long, int> _ahead = [];
    private long _acknowledged;
    private long _leading = options.ResumeFrom;
    private ulong _lsn;
    private Exception? _failure;
    private UploadBatch? _failedBatch;

    public bool HasFailed
    {
        get
        {
            lock (_lock)
                return _failure is not null;
        }
    }

    public UploadProgress Progress
    {
        get
        {
            lock (_lock)
                return new UploadProgress(_acknowledged, _leading);
        }
    }

    /// <summary>Notes an answer, and tells those who want to know.</summary>
    public void Acknowledge(UploadBatch batch, WriteResult result)
    {
        lock (_lock)
        {
            _acknowledged += batch.Points.Count;
            _lsn = Math.Max(_lsn, result.Lsn);
            _ahead.Add(batch.First, batch.Points.Count);
            long before = _leading;
            while (_ahead.Remove(_leading, out int count))
                _leading += count;

            options.Progress?.Report(new UploadProgress(_acknowledged, _leading));
            if (_leading > before)
                options.Checkpoint?.Invoke(_leading);
        }
    }

    /// <summary>Notes what went wrong, if nothing did before.</summary>
    public void Fail(Exception failure, UploadBatch? batch)
    {
        lock (_lock)
        {
            if (_failure is not null)
                return;

            _failure = failure;
            _failedBatch = batch;
        }
    }

    /// <summary>The account at the end, when nothing is in flight any more.</summary>
    /// <exception cref="UploadException">Something went wrong.</exception>
    public UploadResult Close()
    {
        lock (_lock)
        {
            if (_failure is null)
                return new UploadResult(_acknowledged, _lsn);

            string where = _failedBatch is { } batch ? $"points {batch.First} to {batch.First + batch.Points.Count - 1} of the upload: " : "";
            throw new UploadException(
                $"{where}{_failure.Message.TrimEnd('.')}; {_acknowledged} points were acknowledged before and stay stored, the first {_leading} of the sequence without a gap",
                new UploadProgress(_acknowledged, _leading),
                _failure);
        }
    }
}
