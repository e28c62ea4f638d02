using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VectorStore.Engine.Storage;

/// <summary>The system calls of 64-bit Linux that files need, each as its manual page has it: a negative result means look at <see cref="Errno"/>.</summary>
/// <remarks>The BCL is not used for anything that decides durability: its flush hides errors of fsync, and it sets its own locks on files it opens.</remarks>
internal static partial class PosixCalls
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;

    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int Unlock = 8;

    public const int OwnerReadWrite = 0x180; // 0600
    public const int OwnerAll = 0x1C0;       // 0700

    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int WouldBlock = 11;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int InvalidArgument = 22;
    public const int TooManyLinks = 31;
    public const int NotSupported = 95;

    public const int ProtectionRead = 1;
    public const int MapShared = 1;
    public const int AdviceRandom = 1;
    public const nint MapFailed = -1;

    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7FF;
    private const int StatusBytes = 256;
    private const int FileSystemStatusWords = 32;

    /// <summary>The error number of the last failed call of this thread.</summary>
    public static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>Whether a failed call was only interrupted by a signal and is to be made again.</summary>
    public static bool MustRetry(long result) => result < 0 && Errno == Interrupted;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(Span<int> descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string source, string target);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string source, string target);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, int mode);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    /// <summary>What a path names. statx is used because its structure is the same on every architecture.</summary>
    public static int Status(string path, out PosixStatus status)
    {
        Span<byte> buffer = stackalloc byte[StatusBytes];
        int result = ExtendedStatus(CurrentDirectory, path, 0, BasicFields, buffer);
        status = ParseStatus(buffer);
        return result;
    }

    /// <summary>What an open file is.</summary>
    public static int Status(SafeFileHandle file, out PosixStatus status)
    {
        Span<byte> buffer = stackalloc byte[StatusBytes];
        int result = ExtendedStatus(file, "", EmptyPath, BasicFields, buffer);
        status = ParseStatus(buffer);
        return result;
    }

    /// <summary>Bytes that an ordinary user may still write where a path is.</summary>
    public static int FreeBytes(string path, out long bytes)
    {
        Span<ulong> words = stackalloc ulong[FileSystemStatusWords];
        int result = FileSystemStatus(path, words);

        // struct statvfs begins f_bsize, f_frsize, f_blocks, f_bfree, f_bavail.
        bytes = (long)UInt128.Min((UInt128)words[1] * words[4], long.MaxValue);
        return result;
    }

    private static PosixStatus ParseStatus(ReadOnlySpan<byte> buffer) => new(
        Mode: BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]),
        Length: BinaryPrimitives.ReadInt64LittleEndian(buffer[40..]),
        Identity: new PosixFileIdentity(
            Inode: BinaryPrimitives.ReadUInt64LittleEndian(buffer[32..]),
            Device: BinaryPrimitives.ReadUInt64LittleEndian(buffer[136..])));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExtendedStatus(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExtendedStatus(SafeFileHandle directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileSystemStatus(string path, Span<ulong> status);
}
