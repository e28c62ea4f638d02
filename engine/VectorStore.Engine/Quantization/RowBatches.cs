using VectorStore.Engine.Threads;

namespace VectorStore.Engine.Quantization;

/// <summary>Work on each row of a table, shared out among threads in batches.</summary>
internal static class RowBatches
{
    private const uint BatchRows = 512;

    /// <summary>Calls <paramref name="action"/> for every row below <paramref name="count"/>, once. Each thread has a scratch of its own.</summary>
    public static void ForEach<TScratch>(uint count, int threads, Func<TScratch> scratch, Action<uint, TScratch> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (threads <= 1 || count <= BatchRows)
        {
            var own = scratch();
            for (uint row = 0; row < count; row++)
            {
                if (row % BatchRows == 0)
                    WorkPace.Checkpoint(cancellationToken);
                action(row, own);
            }

            return;
        }

        var options = WorkPace.Loop(threads, cancellationToken);
        long batches = (count + BatchRows - 1L) / BatchRows;
        Parallel.For(
            0,
            batches,
            options,
            scratch,
            (batch, _, own) =>
            {
                WorkPace.Checkpoint(cancellationToken);
                uint end = (uint)Math.Min(count, (batch + 1) * BatchRows);
                for (uint row = (uint)(batch * BatchRows); row < end; row++)
                    action(row, own);

                return own;
            },
            static _ => { });
    }
}
