namespace VectorStore.Benchmarks.Tests.Support;

/// <summary>Finds the root of the sources that the tests were built from.</summary>
internal static class Repository
{
    public static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no VectorStore.sln above {AppContext.BaseDirectory}");
    }
}
