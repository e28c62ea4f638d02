using System.Reflection;
using System.Runtime.InteropServices;

namespace VectorStore.Lz4;

/// <summary>The calls of liblz4, version 1.7 or later, as this machine has it. Looked for once in a process. Thread-safe.</summary>
internal static partial class Lz4Library
{
    /// <summary>Names a file to load instead of the one that the system finds.</summary>
    public const string PathVariable = "VECTORSTORE_LIBLZ4";

    private const string FileName = "liblz4.so.1";

    /// <summary>Whether there is such a library here.</summary>
    public static bool IsThere { get; } = Find();

    /// <summary>What to tell whoever needs it where it is missing.</summary>
    public static string WhatIsMissing =>
        $"{FileName} is not on this machine: install the package liblz4-1 of Debian and Ubuntu (lz4 or lz4-libs elsewhere), or name its file in {PathVariable}";

    /// <exception cref="Lz4MissingException">There is none.</exception>
    public static void ThrowIfMissing()
    {
        if (!IsThere)
            throw new Lz4MissingException();
    }

    /// <summary>Compresses a block. 0 where the target is too small.</summary>
    [LibraryImport(FileName, EntryPoint = "LZ4_compress_default")]
    public static partial int Compress(ReadOnlySpan<byte> source, Span<byte> target, int sourceBytes, int targetBytes);

    /// <summary>Decompresses a block that may refer to what stands before it. Negative where it is damaged, or the target too small; never writes outside of the target.</summary>
    [LibraryImport(FileName, EntryPoint = "LZ4_decompress_safe_usingDict")]
    public static partial int Decompress(ReadOnlySpan<byte> source, Span<byte> target, int sourceBytes, int targetBytes, ReadOnlySpan<byte> before, int beforeBytes);

    [LibraryImport(FileName, EntryPoint = "LZ4_versionNumber")]
    private static partial int VersionNumber();

    private static bool Find()
    {
        NativeLibrary.SetDllImportResolver(typeof(Lz4Library).Assembly, Resolve);
        try
        {
            return VersionNumber() > 0;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == FileName && Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? NativeLibrary.Load(path) : 0;
}
