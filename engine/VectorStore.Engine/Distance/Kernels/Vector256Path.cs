using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>8 numbers at a time, in four independent sums so that the adder's latency does not set the pace.</summary>
internal readonly struct Vector256Path : IKernelPath
{
    private const nuint Lanes = 8;
    private const nuint Unrolled = 4 * Lanes;

    public static float Sum<TTerm>(ref readonly float left, ref readonly float right, nuint length)
        where TTerm : struct, ISumTerm
    {
        ref float l = ref Unsafe.AsRef(in left);
        ref float r = ref Unsafe.AsRef(in right);
        nuint i = 0;

        // SAFETY: every load of a block at i is guarded by i + block <= length, which the caller answers for.
        var sum0 = Vector256<float>.Zero;
        if (length >= Unrolled)
        {
            var sum1 = Vector256<float>.Zero;
            var sum2 = Vector256<float>.Zero;
            var sum3 = Vector256<float>.Zero;
            for (; i + Unrolled <= length; i += Unrolled)
            {
                sum0 = TTerm.Add(sum0, Vector256.LoadUnsafe(ref l, i), Vector256.LoadUnsafe(ref r, i));
                sum1 = TTerm.Add(sum1, Vector256.LoadUnsafe(ref l, i + Lanes), Vector256.LoadUnsafe(ref r, i + Lanes));
                sum2 = TTerm.Add(sum2, Vector256.LoadUnsafe(ref l, i + (2 * Lanes)), Vector256.LoadUnsafe(ref r, i + (2 * Lanes)));
                sum3 = TTerm.Add(sum3, Vector256.LoadUnsafe(ref l, i + (3 * Lanes)), Vector256.LoadUnsafe(ref r, i + (3 * Lanes)));
            }

            sum0 = (sum0 + sum1) + (sum2 + sum3);
        }

        for (; i + Lanes <= length; i += Lanes)
            sum0 = TTerm.Add(sum0, Vector256.LoadUnsafe(ref l, i), Vector256.LoadUnsafe(ref r, i));

        // What is left is less than one vector: the narrower path does it.
        float rest = i < length ? Vector128Path.Sum<TTerm>(ref Unsafe.Add(ref l, i), ref Unsafe.Add(ref r, i), length - i) : 0;
        return Vector256.Sum(sum0) + rest;
    }
}
