namespace VectorStore.Datasets.Pictures;

/// <summary>A small seeded generator whose numbers are the same on every machine and in every version.</summary>
/// <remarks>SplitMix64 of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
internal sealed class SplitMix64
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>A stream of its own for each index, so that item n can be made without its predecessors.</summary>
    public SplitMix64(ulong seed, ulong index) => _state = Mix(seed) + Mix(~index);

    public ulong Next() => Mix(_state += Gamma);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>.</summary>
    public float Between(float low, float high) => low + ((high - low) * (Next() >> 40) / (1 << 24));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
