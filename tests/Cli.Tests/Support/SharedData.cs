namespace VectorStore.Cli.Tests.Support;

/// <summary>Real data sets, which are not in the repository: under VECTORSTORE_DATA, or shared/data beside it.</summary>
internal static class SharedData
{
    /// <summary>Path of a data file; skips the test where it is missing.</summary>
    public static string File(string name)
    {
        string path = Path.Combine(Root(), name);
        Skip.IfNot(System.IO.File.Exists(path), $"{path} is missing; set VECTORSTORE_DATA to the directory of the data sets");
        return path;
    }

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("VECTORSTORE_DATA") is { Length: > 0 } configured)
            return configured;

        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !System.IO.File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
            directory = directory.Parent;

        return Path.Combine(directory?.FullName ?? ".", "..", "shared", "data");
    }
}
