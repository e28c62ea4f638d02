using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>A disk that takes its time now and then, so that writes wait for one another and are applied several at a time.</summary>
internal sealed class SlowSyncs(IFileSystem disk, int seed) : SeamFileSystem(disk)
{
    private int _calls = seed;

    public override void SyncData(IFile file)
    {
        base.SyncData(file);
        Delay();
    }

    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        base.Write(file, buffer, offset);
        Delay();
    }

    private void Delay()
    {
        int call = Interlocked.Increment(ref _calls);
        if (call % 7 == 0)
            Thread.Sleep(1);
        else if (call % 3 == 0)
            Thread.Yield();
    }
}
