namespace VectorStore.Engine;

/// <summary>What reading every file of a collection back has shown.</summary>
/// <param name="Collection">Name of the collection.</param>
/// <param name="FilesRead">Files read whole, damaged ones included.</param>
/// <param name="BytesRead">Bytes read.</param>
/// <param name="Problems">One sentence per damage, with file and offset; empty where all is well.</param>
public sealed record VerifyReport(string Collection, int FilesRead, long BytesRead, IReadOnlyList<string> Problems)
{
    /// <summary>The same as <see cref="Problems"/>, in the same order, for programs.</summary>
    public IReadOnlyList<FileDamage> Damages { get; init; } = [];
}
