namespace VectorStore.Engine.Simulation;

/// <summary>A change to a file that no sync has made durable yet.</summary>
/// <param name="Data">Bytes written; null for a change of length only.</param>
/// <param name="Offset">Where they were written.</param>
/// <param name="LengthBefore">Length of the file before the change.</param>
/// <param name="LengthAfter">Length of the file after it.</param>
internal sealed record PendingChange(byte[]? Data, long Offset, long LengthBefore, long LengthAfter)
{
    public bool Shrinks => LengthAfter < LengthBefore;
}
