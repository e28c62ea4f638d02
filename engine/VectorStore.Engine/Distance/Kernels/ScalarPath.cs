using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>One number at a time: the reference the other paths are tested against, and the path of machines without vectors.</summary>
internal readonly struct ScalarPath : IKernelPath
{
    public static float Sum<TTerm>(ref readonly float left, ref readonly float right, nuint length)
        where TTerm : struct, ISumTerm
    {
        ref float l = ref Unsafe.AsRef(in left);
        ref float r = ref Unsafe.AsRef(in right);
        float sum = 0;

        // SAFETY: i stays below length, which the caller answers for.
        for (nuint i = 0; i < length; i++)
            sum = TTerm.Add(sum, Unsafe.Add(ref l, i), Unsafe.Add(ref r, i));

        return sum;
    }

    /// <summary>The same sum in double precision: finite for all finite inputs of any dimension we allow, so it decides where float overflowed.</summary>
    public static double SumWide<TTerm>(ref readonly float left, ref readonly float right, nuint length)
        where TTerm : struct, ISumTerm
    {
        ref float l = ref Unsafe.AsRef(in left);
        ref float r = ref Unsafe.AsRef(in right);
        double sum = 0;

        // SAFETY: i stays below length, which the caller answers for.
        for (nuint i = 0; i < length; i++)
            sum = TTerm.Add(sum, (double)Unsafe.Add(ref l, i), (double)Unsafe.Add(ref r, i));

        return sum;
    }
}
