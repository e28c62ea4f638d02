using System.Text.RegularExpressions;

namespace VectorStore.Tidy.Tests;

/// <summary>Files are opened, and pointers and system calls used, in the few places made for it.</summary>
public sealed partial class BoundaryTests
{
    [Fact]
    public void Files_AreOpenedByStorageOnly() =>
        Check(
            "Only Storage opens files: that is what lets a test pull the plug.",
            FileAccess(),
            file => InRoom(file, "Storage"),
            "take an IFileSystem and ask it");

    [Fact]
    public void SystemCalls_AreMadeInMemoryAndStorageOnly() =>
        Check(
            "P/Invoke is in Memory (anonymous memory, threads) and Storage (files) only.",
            PlatformInvoke(),
            file => InRoom(file, "Storage") || InRoom(file, "Memory"),
            "put the call into Memory or Storage behind a method that says what it is for");

    [Fact]
    public void PointersAndIntrinsics_AreInMemoryAndKernelsOnly() =>
        Check(
            "Only Memory and folders named Kernels touch pointers, Unsafe and intrinsics.",
            UnsafeCode(),
            file => InRoom(file, "Memory") || file.Path.Contains("/Kernels/", StringComparison.Ordinal),
            "use Span, NativeArena or a kernel");

    [Fact]
    public void UnsafeBlocks_WithoutAReason_AreRefused()
    {
        var violations = new Violations("A block of unsafe code begins with '// SAFETY:' and says who keeps the memory alive, unmoved and long enough.");
        foreach (var file in Room.EngineFiles)
        {
            foreach (Match match in UnsafeBlock().Matches(file.Code))
            {
                string after = file.Text[match.Index..Math.Min(file.Text.Length, match.Index + 200)];
                string before = file.Text[Math.Max(0, match.Index - 300)..match.Index];
                if (!after.Contains("// SAFETY:", StringComparison.Ordinal) && !before.Contains("// SAFETY:", StringComparison.Ordinal))
                    violations.Add(file.At(match.Index), "has an unsafe block without '// SAFETY:'");
            }
        }

        violations.AssertNone();
    }

    private static void Check(string rule, Regex forbidden, Func<SourceFile, bool> allowed, string instead)
    {
        var violations = new Violations(rule);
        foreach (var file in Room.EngineFiles.Where(file => !allowed(file)))
        {
            foreach (Match match in forbidden.Matches(file.Code))
                violations.Add(file.At(match.Index), $"'{match.Value.Trim()}'; {instead}");
        }

        violations.AssertNone();
    }

    private static bool InRoom(SourceFile file, string room) => Room.Of(file)?.Name == room;

    [GeneratedRegex(@"(?<![\w.])(?:System\.IO\.)?(?:FileStream|FileInfo|DirectoryInfo|RandomAccess|MemoryMappedFile|SafeFileHandle|File\.(?:Open\w*|Create\w*|ReadAll\w*|ReadLines\w*|WriteAll\w*|Append\w*|Exists|Delete|Move|Copy|Replace)|Directory\.(?:Create\w*|Enumerate\w*|Exists|Delete|Move|Get\w+)|Devices\.\w+|ManagedLocalStorageDevice|LocalStorageDevice)\b")]
    private static partial Regex FileAccess();

    [GeneratedRegex(@"\b(?:LibraryImport|DllImport|NativeLibrary|NativeMemory)\b")]
    private static partial Regex PlatformInvoke();

    [GeneratedRegex(@"\bunsafe\b|(?<![\w.])fixed\s*\(|\bSystem\.Runtime\.Intrinsics\b|(?<![\w.])Unsafe\.\w+|\bMemoryMarshal\.(?:GetReference|GetArrayDataReference|CreateSpan|CreateReadOnlySpan)\b|(?<![\w.])Vector(?:64|128|256|512)\.\w+")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex(@"\bunsafe\s*\{")]
    private static partial Regex UnsafeBlock();
}
