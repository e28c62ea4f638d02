using VectorStore.Engine.Memory;

namespace VectorStore.Engine.CrashTests.Allocations;

/// <summary>Counts what the engine asks the system for in native memory, and refuses it from some request on: one, or all that follow. Of the code that runs where it was made, and of the threads that code starts; any number at a time.</summary>
internal sealed class AllocationBudget : IDisposable
{
    private static readonly AsyncLocal<AllocationBudget?> s_current = new();

    private readonly int _refuseAt;
    private readonly bool _forGood;
    private int _requests;
    private int _refused;
    private volatile bool _isOver;
    private volatile bool _refusesAll;

    static AllocationBudget() => LinuxMemory.Refuses = _ => s_current.Value?.Takes() == false;

    /// <param name="refuseAt">The number of the request that is refused; 1 for the first.</param>
    /// <param name="forGood">Whether all that come after it are refused too.</param>
    public AllocationBudget(int refuseAt = int.MaxValue, bool forGood = false)
    {
        _refuseAt = refuseAt;
        _forGood = forGood;
        s_current.Value = this;
    }

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How many of them were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>While it is set, everything is refused.</summary>
    public bool RefusesAll
    {
        get => _refusesAll;
        set => _refusesAll = value;
    }

    /// <summary>There is memory again, for threads too that were started before.</summary>
    public void Dispose()
    {
        _isOver = true;
        s_current.Value = null;
    }

    private bool Takes()
    {
        if (_isOver)
            return true;

        int number = Interlocked.Increment(ref _requests);
        bool takes = !_refusesAll && (_forGood ? number < _refuseAt : number != _refuseAt);
        if (!takes)
            Interlocked.Increment(ref _refused);

        return takes;
    }
}
