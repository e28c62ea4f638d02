using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace VectorStore.Engine.Memory;

/// <summary>
/// Native memory that grows in place: a range of addresses is reserved once, and pages are committed as the contents grow, so a row never
/// moves and needs no table of chunks to be found.
/// </summary>
/// <remarks>
/// New bytes are zero. The start is page-aligned (and so 64-byte aligned). From 4 MiB on, committed memory asks for 2 MiB pages. One thread grows;
/// others may read what was committed before they learned of it. Freed by <see cref="Dispose"/>; nobody may read after that, which the
/// owner sees to by counting leases (Segments).
/// </remarks>
internal sealed unsafe class NativeArena : IDisposable
{
    private const int CacheLineBytes = 64;
    private const long SmallStepBytes = 64 * 1024;
    private const long LargeStepBytes = 2 * 1024 * 1024;
    private const long HugePagesFromBytes = 2 * LargeStepBytes;

    // Null where the bytes are somebody else's; then that owner is disposed instead.
    private readonly byte* _reservation;
    private readonly IDisposable? _owner;
    private readonly long _reservationBytes;
    private byte* _start;
    private long _committedBytes;
    private long _hugeBytes;

    /// <summary>Reserves addresses for at most <paramref name="capacityBytes"/> without using memory.</summary>
    public NativeArena(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        CapacityBytes = RoundUp(Math.Max(capacityBytes, 1), LargeStepBytes);
        _reservationBytes = CapacityBytes + LargeStepBytes;
        _reservation = (byte*)LinuxMemory.Reserve(_reservationBytes);

        // Start on a huge page.
        _start = (byte*)RoundUp((long)_reservation, LargeStepBytes);
    }

    private NativeArena(nint address, long bytes, IDisposable owner)
    {
        CapacityBytes = bytes;
        _start = (byte*)address;
        _committedBytes = bytes;
        _owner = owner;
    }

    ~NativeArena() => Free();

    /// <summary>An arena that is a view of memory made elsewhere, as a mapped file is: complete, not to be written, and given back to <paramref name="owner"/>.</summary>
    public static NativeArena Over(nint address, long bytes, IDisposable owner) => new(address, bytes, owner);

    /// <summary>The most this arena can hold, in bytes.</summary>
    public long CapacityBytes { get; }

    /// <summary>Bytes that may be used now.</summary>
    public long CommittedBytes => Volatile.Read(ref _committedBytes);

    /// <summary>Bytes of memory that it takes from the system for itself; a view of a mapped file takes none.</summary>
    public long OwnedBytes => _owner is null ? CommittedBytes : 0;

    /// <summary>Whether it is a view of memory made elsewhere.</summary>
    public bool IsView => _owner is not null;

    /// <summary>First byte. Stays where it is until disposal.</summary>
    public byte* Start => _start;

    /// <summary>The address of the first byte.</summary>
    public nint Address => (nint)_start;

    /// <summary>Makes at least <paramref name="bytes"/> from the start usable.</summary>
    /// <exception cref="MemoryExhaustedException">The operating system has no more memory for us; nothing changed.</exception>
    public void EnsureCommitted(long bytes)
    {
        if (bytes <= _committedBytes)
            return;

        Debug.Assert(bytes <= CapacityBytes, "the arena was sized for less");
        long step = bytes >= HugePagesFromBytes ? LargeStepBytes : SmallStepBytes;
        long target = Math.Min(RoundUp(bytes, step), CapacityBytes);
        LinuxMemory.Commit(_start + _committedBytes, target - _committedBytes);
        if (target >= HugePagesFromBytes && target > _hugeBytes)
        {
            LinuxMemory.AdviseHugePages(_start + _hugeBytes, target - _hugeBytes);
            _hugeBytes = target;
        }

        Volatile.Write(ref _committedBytes, target);
    }

    /// <summary>A view of <paramref name="count"/> elements from <paramref name="offsetBytes"/>; all of it must be committed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice<T>(long offsetBytes, int count)
        where T : unmanaged
    {
        Debug.Assert(offsetBytes >= 0 && offsetBytes + ((long)count * sizeof(T)) <= CommittedBytes, "outside the committed part of the arena");

        // SAFETY: the arena's owner keeps it alive while views exist; committed pages never move.
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>(_start + offsetBytes), count);
    }

    /// <summary>The element at <paramref name="index"/>, seeing the arena as an array of <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At<T>(long index)
        where T : unmanaged
    {
        Debug.Assert(index >= 0 && (index + 1) * sizeof(T) <= CommittedBytes, "outside the committed part of the arena");

        // SAFETY: as for Slice.
        return ref Unsafe.AsRef<T>(_start + (index * sizeof(T)));
    }

    /// <summary>Hints that bytes from <paramref name="offsetBytes"/> will soon be read. Any offset is harmless.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long offsetBytes, int bytes)
    {
        if (!Sse.IsSupported)
            return;

        // SAFETY: a prefetch has no effect but on caches, even of an address that is not ours.
        for (int line = 0; line < bytes; line += CacheLineBytes)
            Sse.Prefetch0(_start + offsetBytes + line);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static long RoundUp(long value, long step) => (value + step - 1) / step * step;

    private void Free()
    {
        if (_start is null)
            return;

        _start = null;
        _committedBytes = 0;
        if (_owner is null)
            LinuxMemory.Release(_reservation, _reservationBytes);
        else
            _owner.Dispose();
    }
}
