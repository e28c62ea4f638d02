using System.Runtime.CompilerServices;

namespace VectorStore.Engine.Memory;

/// <summary>A view of 32-bit numbers in native memory, wherever they come from (an arena, a mapped file).</summary>
/// <remarks>Valid as long as the owner of the memory keeps it. Any number of threads.</remarks>
internal readonly unsafe struct NumberView(NativeArena numbers)
{
    private readonly uint* _start = (uint*)numbers.Start;

    public uint this[uint index]
    {
        // SAFETY: the owner keeps the memory, and the caller names a number there is.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _start[index];
    }
}
