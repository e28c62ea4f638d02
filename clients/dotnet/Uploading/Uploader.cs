namespace VectorStore.Client.Uploading;

/// <summary>One upload: reads points, makes requests of them, keeps several in flight.</summary>
internal sealed class Uploader(Collection collection, UploadOptions options)
{
    private const int BatchSizeMax = 100_000;
    private const int BatchBytesLimit = 32 * 1024 * 1024;
    private const int ConcurrencyMax = 256;

    private readonly UploadLedger _ledger = new(options);

    public async Task<UploadResult> RunAsync(IAsyncEnumerable<Point> points, CancellationToken cancellationToken)
    {
        CheckOptions();
        using var slots = new SemaphoreSlim(options.Concurrency);
        var flying = new List<Task>();
        try
        {
            await foreach (var batch in BatchesAsync(points, cancellationToken).ConfigureAwait(false))
            {
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (_ledger.HasFailed)
                    break;

                flying.RemoveAll(sending => sending.IsCompleted);
                flying.Add(SendAsync(batch, slots));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(flying).ConfigureAwait(false);
            throw;
        }
        catch (Exception unreadable)
        {
            _ledger.Fail(unreadable, null);
        }

        await Task.WhenAll(flying).ConfigureAwait(false);
        return _ledger.Close();
    }

    /// <summary>Requests in flight are never cancelled: their answers decide what "acknowledged" means. The client's own time limit bounds them.</summary>
    private async Task SendAsync(UploadBatch batch, SemaphoreSlim slots)
    {
        try
        {
            var result = await collection.UpsertAsync(batch.Points, CancellationToken.None).ConfigureAwait(false);
            _ledger.Acknowledge(batch, result);
        }
        catch (Exception failure)
        {
            _ledger.Fail(failure, batch);
        }
        finally
        {
            slots.Release();
        }
    }

    private async IAsyncEnumerable<UploadBatch> BatchesAsync(
        IAsyncEnumerable<Point> points, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long place = 0;
        var batch = new List<Point>(options.BatchSize);
        long bytes = 0;
        await foreach (var point in points.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (place++ < options.ResumeFrom)
                continue;

            long pointBytes = Collection.MeasureBytes(point);
            if (batch.Count == options.BatchSize || (batch.Count > 0 && bytes + pointBytes > options.BatchBytesMax))
            {
                yield return new UploadBatch(place - 1 - batch.Count, batch);
                batch = new List<Point>(options.BatchSize);
                bytes = 0;
            }

            batch.Add(point);
            bytes += pointBytes;
        }

        if (batch.Count > 0)
            yield return new UploadBatch(place - batch.Count, batch);
    }

    private void CheckOptions()
    {
        CheckRange(options.BatchSize, 1, BatchSizeMax, nameof(options.BatchSize));
        CheckRange(options.BatchBytesMax, 1, BatchBytesLimit, nameof(options.BatchBytesMax));
        CheckRange(options.Concurrency, 1, ConcurrencyMax, nameof(options.Concurrency));
        CheckRange(options.ResumeFrom, 0, long.MaxValue, nameof(options.ResumeFrom));
    }

    private static void CheckRange(long value, long min, long max, string option)
    {
        if (value < min || value > max)
            throw new InvalidRequestException(ErrorReason.OutOfRange, option, $"{option}: expected {min} to {max}, got {value}");
    }
}
