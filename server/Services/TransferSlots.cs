namespace VectorStore.Server.Services;

/// <summary>How many transfers of a kind run at once. Thread-safe.</summary>
/// <param name="max">At most so many.</param>
/// <param name="what">What they are, behind their number: <c>snapshots are being downloaded</c>.</param>
internal sealed class TransferSlots(int max, string what)
{
    private int _taken;

    /// <summary>Takes one until what is returned is disposed.</summary>
    /// <exception cref="Protocol.Grpc.RpcException">None is free.</exception>
    public IDisposable Take()
    {
        if (Interlocked.Increment(ref _taken) <= max)
            return new Slot(this);

        Interlocked.Decrement(ref _taken);
        throw Busy.Because($"{max} {what}, and no more may");
    }

    private sealed class Slot(TransferSlots slots) : IDisposable
    {
        private int _isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
                Interlocked.Decrement(ref slots._taken);
        }
    }
}
