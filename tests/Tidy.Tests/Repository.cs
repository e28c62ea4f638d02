namespace VectorStore.Tidy.Tests;

/// <summary>The files of the working copy, read once. What builds and tests leave behind is not among them.</summary>
internal static class Repository
{
    private static readonly string[] s_ignoredDirectories =
        [".git", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules", ".vs", ".idea", ".vscode"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> s_files = new(ReadAll);

    /// <summary>The directory that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every text file, by path from the root with '/'.</summary>
    public static IReadOnlyList<SourceFile> Files => s_files.Value;

    /// <summary>C# source below a directory.</summary>
    public static IEnumerable<SourceFile> CSharp(string directory = "") =>
        Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && file.Path.StartsWith(directory, StringComparison.Ordinal));

    /// <summary>Pages in Markdown.</summary>
    public static IEnumerable<SourceFile> Pages => Files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal));

    /// <summary>The text of one file that must be there.</summary>
    public static string Text(string path) =>
        Files.FirstOrDefault(file => file.Path == path)?.Text ?? throw new FileNotFoundException($"{path} is missing from the repository", path);

    // Upwards from the test's own directory: compiled-in paths are rewritten in a deterministic build.
    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no VectorStore.sln above {AppContext.BaseDirectory}; run the tests inside the repository");
    }

    private static IEnumerable<string> Enumerate(string directory)
    {
        // In a linked work tree .git is a file.
        foreach (string file in Directory.EnumerateFiles(directory).Where(file => Path.GetFileName(file) != ".git"))
            yield return file;

        foreach (string inner in Directory.EnumerateDirectories(directory))
        {
            // A top-level data directory is where people keep data sets; the name means nothing further down.
            string name = Path.GetFileName(inner);
            if (s_ignoredDirectories.Contains(name, StringComparer.Ordinal) || (name == "data" && directory == Root))
                continue;

            foreach (string file in Enumerate(inner))
                yield return file;
        }
    }

    private static IReadOnlyList<SourceFile> ReadAll() => [.. Enumerate(Root).Order(StringComparer.Ordinal).Select(Read)];

    private static SourceFile Read(string path) => new(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path));
}
