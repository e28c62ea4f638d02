namespace VectorStore.Engine.Simulation;

/// <summary>One call, as faults select it and the trace shows it.</summary>
/// <param name="Number">Position among the mutating calls, from 1; for a call that changes nothing, that of the last mutating one.</param>
/// <param name="NumberOfKind">Position among the calls of its kind, from 1.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Path">The file or directory; the source of a rename, the new name of a link.</param>
/// <param name="Offset">Where a read or write begins; the length that is asked for by Preallocate and SetLength.</param>
/// <param name="Count">Bytes read or written.</param>
internal readonly record struct FileCall(int Number, int NumberOfKind, FileCallKind Kind, string Path, long Offset, int Count)
{
    public bool IsMutating => Kind is not (FileCallKind.Open or FileCallKind.Read);

    public override string ToString() => Kind switch
    {
        FileCallKind.Read or FileCallKind.Write => $"{Number}: {Kind} {Path} [{Offset}, {Offset + Count})",
        FileCallKind.Preallocate or FileCallKind.SetLength => $"{Number}: {Kind} {Path} to {Offset}",
        _ => $"{Number}: {Kind} {Path}",
    };
}
