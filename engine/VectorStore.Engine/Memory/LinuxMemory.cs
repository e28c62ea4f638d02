using System.Runtime.InteropServices;

namespace VectorStore.Engine.Memory;

/// <summary>mmap, mprotect and madvise for anonymous private memory. Files are never mapped here.</summary>
internal static unsafe partial class LinuxMemory
{
    private const int ProtectionNone = 0;
    private const int ProtectionReadWrite = 1 | 2;
    private const int PrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;
    private const int AdviceHugePage = 14;
    private const int ErrnoNoMemory = 12;
    private static readonly nint s_failed = -1;

    /// <summary>Asked before the system is, with the bytes wanted: true refuses them, as a system without memory does. For tests, which fail one request after another; null otherwise.</summary>
    internal static Func<long, bool>? Refuses { get; set; }

    /// <summary>Takes a range of addresses that cannot be touched yet.</summary>
    /// <exception cref="MemoryExhaustedException">The system refused.</exception>
    public static void* Reserve(long bytes)
    {
        if (Refuses?.Invoke(bytes) == true)
            throw new MemoryExhaustedException(bytes, ErrnoNoMemory);

        nint address = MapMemory(null, (nuint)bytes, ProtectionNone, PrivateAnonymousNoReserve, -1, 0);
        if (address == s_failed)
            throw new MemoryExhaustedException(bytes, Marshal.GetLastPInvokeError());

        return (void*)address;
    }

    /// <summary>Makes part of a reserved range usable, zeroed.</summary>
    /// <exception cref="MemoryExhaustedException">The system refused; nothing changed.</exception>
    public static void Commit(void* address, long bytes)
    {
        if (Refuses?.Invoke(bytes) == true)
            throw new MemoryExhaustedException(bytes, ErrnoNoMemory);
        if (ProtectMemory(address, (nuint)bytes, ProtectionReadWrite) != 0)
            throw new MemoryExhaustedException(bytes, Marshal.GetLastPInvokeError());
    }

    /// <summary>Asks for 2 MiB pages. A refusal costs speed only, so it is not an error.</summary>
    public static void AdviseHugePages(void* address, long bytes) => _ = AdviseMemory(address, (nuint)bytes, AdviceHugePage);

    /// <summary>Gives a reserved range back.</summary>
    public static void Release(void* address, long bytes) => _ = UnmapMemory(address, (nuint)bytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MapMemory(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int ProtectMemory(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int AdviseMemory(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int UnmapMemory(void* address, nuint length);
}
