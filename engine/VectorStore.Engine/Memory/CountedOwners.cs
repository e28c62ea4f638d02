using System.Diagnostics;

namespace VectorStore.Engine.Memory;

/// <summary>Something with native memory that several may own together. Each owner disposes once; the memory is freed when the last one has.</summary>
internal abstract class CountedOwners : IDisposable
{
    private int _owners = 1;

    /// <summary>Makes the caller one more owner, who must dispose too. Only somebody who is an owner, or holds one, may call this.</summary>
    public void AddOwner()
    {
        int owners = Interlocked.Increment(ref _owners);
        Debug.Assert(owners > 1, "freed memory was taken again");
    }

    /// <summary>Gives up one ownership.</summary>
    public void Dispose()
    {
        int owners = Interlocked.Decrement(ref _owners);
        Debug.Assert(owners >= 0, "disposed more often than owned");
        if (owners == 0)
            Free();
    }

    /// <summary>Frees the memory; called once.</summary>
    protected abstract void Free();
}
