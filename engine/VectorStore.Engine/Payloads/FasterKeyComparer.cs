using FASTER.core;

namespace VectorStore.Engine.Payloads;

/// <summary>Hashes keys for FASTER's index.</summary>
/// <param name="seed"><see cref="FasterSizing.HashSeed"/> of the store.</param>
internal sealed class FasterKeyComparer(ulong seed) : IFasterEqualityComparer<FasterKey>
{
    public long GetHashCode64(ref FasterKey key) => (long)key.Hash(seed);

    public bool Equals(ref FasterKey left, ref FasterKey right) => left.Equals(right);
}
