namespace VectorStore.Engine.RecallTests;

/// <summary>Finds the real data sets: VECTORSTORE_DATA, or the shared folder beside the project. Tests skip where there is none.</summary>
internal static class RealData
{
    public const string Variable = "VECTORSTORE_DATA";

    /// <summary>The path of a file of a data set; skips the test where it is missing.</summary>
    public static string Require(string relativePath)
    {
        string root = Environment.GetEnvironmentVariable(Variable) ?? Path.Combine(RepositoryRoot(), "../shared/data");
        string path = Path.GetFullPath(Path.Combine(root, relativePath));
        Skip.IfNot(File.Exists(path), $"the data set file {relativePath} is missing; set {Variable} to the folder that has it");
        return path;
    }

    private static string RepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no VectorStore.sln above {AppContext.BaseDirectory}");
    }
}
