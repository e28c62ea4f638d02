using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Distance.Kernels;

/// <summary>The one place where a path is chosen: the widest the hardware runs. The conditions are constants to the JIT, so nothing is tested at run time.</summary>
internal readonly struct BestPath : IKernelPath
{
    /// <summary>Name of the chosen path, for logs and reports.</summary>
    public static string Name =>
        Vector512.IsHardwareAccelerated ? nameof(Vector512Path)
        : Vector256.IsHardwareAccelerated ? nameof(Vector256Path)
        : Vector128.IsHardwareAccelerated ? nameof(Vector128Path)
        : nameof(ScalarPath);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum<TTerm>(ref readonly float left, ref readonly float right, nuint length)
        where TTerm : struct, ISumTerm
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512Path.Sum<TTerm>(in left, in right, length);
        if (Vector256.IsHardwareAccelerated)
            return Vector256Path.Sum<TTerm>(in left, in right, length);
        if (Vector128.IsHardwareAccelerated)
            return Vector128Path.Sum<TTerm>(in left, in right, length);
        return ScalarPath.Sum<TTerm>(in left, in right, length);
    }
}
