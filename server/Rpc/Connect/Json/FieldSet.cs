namespace VectorStore.Server.Rpc.Connect.Json;

/// <summary>A set of small numbers. Mutable; kept in a local.</summary>
internal struct FieldSet
{
    private ulong _low;
    private HashSet<int>? _high;

    /// <summary>False where the number is in the set already.</summary>
    public bool Add(int number)
    {
        if (number >= 64)
            return (_high ??= []).Add(number);

        ulong bit = 1UL << number;
        bool isNew = (_low & bit) == 0;
        _low |= bit;
        return isNew;
    }
}
