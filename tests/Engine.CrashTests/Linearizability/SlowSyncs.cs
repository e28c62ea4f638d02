using VectorStore.Engine.CrashTests.Planting;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Linearizability;

/// <summary>A disk that takes its time now and then, so that writes wait for one another and are applied several at a time.</summary>
internal sealed class SlowSyncs(IFileSystem disk, int seed) : SeamFileSystem(disk)
{
    private const int LongYields = 40;

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
        int yields = call % 7 == 0 ? LongYields : call % 3 == 0 ? 1 : 0;
        for (int yield = 0; yield < yields; yield++)
            Thread.Yield();
    }
}
