using System.Threading.Channels;
using VectorStore.Cli.Client;
using VectorStore.Engine;

namespace VectorStore.Cli.Importing;

/// <summary>Reads points and sends them: one reader, several batches in flight. Batches are taken from a pool and go back once answered.</summary>
internal sealed class ImportPipeline(IVectorStoreClient client, string collection, ImportOptions options, IImportObserver observer, TimeProvider time) : IDisposable
{
    private readonly Channel<ImportBatch> _filled = Channel.CreateBounded<ImportBatch>(options.Concurrency);
    private readonly Channel<ImportBatch> _free = Channel.CreateUnbounded<ImportBatch>();
    private readonly CancellationTokenSource _failed = new();
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private CliException? _failure;
    private long _acknowledged;
    private ulong _lsn;

    /// <summary>Imports everything the source has.</summary>
    /// <exception cref="CliException">Something went wrong; the message says how many points were acknowledged before and stay.</exception>
    public async Task<ImportResult> RunAsync(IPointSource source, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        await SendAllAsync(source, cancellationToken);
        double acknowledgedSeconds = time.GetElapsedTime(start).TotalSeconds;
        if (_failure is not null)
            throw _failure.WithSuffix($"{_acknowledged:n0} points were acknowledged before and stay stored");

        if (!options.WaitForIndex)
            return new ImportResult(_acknowledged, acknowledgedSeconds, null, null, _lsn);

        await client.WaitForIndexAsync(collection, new WaitingRows(observer), cancellationToken);
        double indexedSeconds = time.GetElapsedTime(start).TotalSeconds;
        await client.SealAsync(collection, cancellationToken);
        return new ImportResult(_acknowledged, acknowledgedSeconds, indexedSeconds, time.GetElapsedTime(start).TotalSeconds, _lsn);
    }

    public void Dispose() => _failed.Dispose();

    private async Task SendAllAsync(IPointSource source, CancellationToken cancellationToken)
    {
        for (int i = 0; i < options.Concurrency * 2; i++)
            _free.Writer.TryWrite(new ImportBatch(options.Batch));

        var senders = Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(SendAsync, CancellationToken.None)).ToArray();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _failed.Token);
        try
        {
            await Task.Run(() => FillAsync(source, stop.Token), CancellationToken.None);
        }
        catch (Exception exception)
        {
            Fail(CliException.From(exception));
        }

        // Batches in flight are finished whatever happened: their answers decide what "acknowledged" means.
        _filled.Writer.Complete();
        await Task.WhenAll(senders);
    }

    private async Task FillAsync(IPointSource source, CancellationToken cancellationToken)
    {
        long row = 0;
        bool more = true;
        while (more && row < options.Limit)
        {
            var batch = await _free.Reader.ReadAsync(cancellationToken);
            batch.Clear(row);
            try
            {
                while (!batch.IsFull && row + batch.Points.Count < options.Limit && (more = source.TryRead(batch)))
                {
                }
            }
            finally
            {
                // Rows before a damaged one are good; they are stored, and the error says where reading stopped.
                row += batch.Points.Count;
                if (batch.Points.Count > 0)
                    await _filled.Writer.WriteAsync(batch, cancellationToken);
            }
        }
    }

    private async Task SendAsync()
    {
        await foreach (var batch in _filled.Reader.ReadAllAsync())
        {
            // After a refused batch the ones not yet sent are dropped; after a damaged row or Ctrl-C the ones before it are still good.
            if (!_failed.IsCancellationRequested)
                await SendAsync(batch);

            _free.Writer.TryWrite(batch);
        }
    }

    private async Task SendAsync(ImportBatch batch)
    {
        try
        {
            var result = await client.UpsertAsync(collection, batch.Points, CancellationToken.None);
            lock (_lock)
            {
                _acknowledged += batch.Points.Count;
                _lsn = Math.Max(_lsn, result.Lsn);
                observer.Acknowledged(batch, _acknowledged);
            }
        }
        catch (Exception exception)
        {
            // An answer that was lost, unlike a refusal, leaves open whether the batch was stored.
            var failure = CliException.From(exception);
            string rows = $"rows {batch.FirstRow} to {batch.FirstRow + batch.Points.Count - 1}";
            Fail(failure.WithSuffix(failure.ExitCode == ExitCode.ServerUnavailable ? $"{rows} may have been stored, all or none" : $"nothing of {rows} was stored"));
            _failed.Cancel();
        }
    }

    /// <summary>Keeps the first failure, but a refusal that only follows from a failed disk gives way to the failure of the disk.</summary>
    private void Fail(CliException failure)
    {
        lock (_lock)
        {
            bool isConsequence = _failure?.Reason is nameof(ErrorReason.CollectionReadOnly) or "Cancelled" && failure.Reason != "Cancelled";
            if (_failure is null || isConsequence)
                _failure = failure;
        }
    }

    private sealed class WaitingRows(IImportObserver observer) : IProgress<long>
    {
        public void Report(long value) => observer.WaitingForIndex(value);
    }
}
