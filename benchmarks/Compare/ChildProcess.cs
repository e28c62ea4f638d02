using System.Diagnostics;

namespace VectorStore.Benchmarks.Compare;

/// <summary>Runs a program to its end. What it says on standard error is shown as it comes.</summary>
internal static class ChildProcess
{
    // glibc's settings, among them whether malloc asks for huge pages.
    private const string MallocVariable = "GLIBC_TUNABLES";

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="mallocSettings">Value of glibc's tunables. Null: none, whatever this process has.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>The lines of its standard output.</returns>
    /// <exception cref="IOException">It failed.</exception>
    public static async Task<List<string>> RunAsync(string program, IReadOnlyList<string> arguments, string? mallocSettings, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove(MallocVariable);
        if (mallocSettings is not null)
            start.Environment[MallocVariable] = mallocSettings;

        using var process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                Console.Error.WriteLine(line.Data);
        };
        process.BeginErrorReadLine();
        try
        {
            var lines = new List<string>();
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
                lines.Add(line);

            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? lines : throw new IOException($"{program} {arguments[0]}: exit code {process.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
