using System.Diagnostics;

namespace VectorStore.Campaigns;

/// <summary>Runs a script of tests/ on the programs that are built already, as a person would call it.</summary>
internal static class Script
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it to its end.</summary>
    /// <param name="name">File name of the script.</param>
    /// <param name="plantedBug">A bug to plant; null for none.</param>
    /// <param name="arguments">What it is given.</param>
    public static async Task<(int ExitCode, string[] Lines)> RunAsync(string name, string? plantedBug, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Root(), "tests", name), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["VECTORSTORE_TESTS_BUILT"] = AppContext.BaseDirectory;
        start.Environment["VECTORSTORE_PLANTED_BUG"] = plantedBug ?? "";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, [.. (await errors).TrimEnd().Split('\n'), .. (await output).TrimEnd().Split('\n')]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "VectorStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no VectorStore.sln above {AppContext.BaseDirectory}");
    }
}
