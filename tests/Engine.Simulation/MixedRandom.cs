namespace VectorStore.Engine.Simulation;

/// <summary>Seeded randomness whose draws are unrelated for seeds that follow each other, as the seeds of a test do.</summary>
/// <remarks>
/// The generator of .NET for a given seed is linear in it: over consecutive seeds, and seeds drawn from it, whole combinations of draws never
/// occur. The seed is therefore scrambled first, by the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </remarks>
internal static class MixedRandom
{
    public static Random Create(int seed)
    {
        ulong mixed = unchecked((ulong)seed + 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Random((int)(mixed ^ (mixed >> 31)));
    }
}
