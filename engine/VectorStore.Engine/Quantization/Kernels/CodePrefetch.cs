using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Quantization.Kernels;

/// <summary>Asks for all cache lines of a row of codes ahead of its use.</summary>
internal static unsafe class CodePrefetch
{
    private const nuint LineBytes = 64;

    // Of very long rows the start; by then the hardware has noticed the sequence.
    private const nuint BytesMax = 96 * LineBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(byte* row, nuint bytes)
    {
        if (!Sse.IsSupported)
            return;

        // SAFETY: a prefetch has no effect but on caches, even of an address that is not ours.
        nuint wanted = Math.Min(bytes, BytesMax);
        for (nuint line = 0; line < wanted; line += LineBytes)
            Sse.Prefetch1(row + line);

        // Packed rows do not start on a line, so their end may lie on one more.
        Sse.Prefetch1(row + wanted - 1);
    }
}
