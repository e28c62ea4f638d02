namespace VectorStore.Protocol.Hot;

/// <summary>Floats that lie together in a <see cref="MessageMemory"/> and may become more. A mutable struct: pass it by reference.</summary>
internal struct FloatRun
{
    public float[]? Chunk;
    public int Start;
    public int Count;

    // Places kept for this run from Start on.
    public int Capacity;

    public readonly ReadOnlySpan<float> Values => Chunk.AsSpan(Start, Count);

    public readonly ReadOnlyMemory<float> Memory => Chunk.AsMemory(Start, Count);
}
