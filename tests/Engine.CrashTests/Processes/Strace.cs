namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>Faults in the system calls of a real process, by strace.</summary>
internal static class Strace
{
    private const string Program = "strace";

    /// <summary>Skips the test where there is no strace, or it may not trace.</summary>
    public static async Task RequireAsync()
    {
        try
        {
            await using var trial = ChildProcess.Start(Program, ["-f", "-e", "trace=fdatasync", "true"]);
            int exitCode = await trial.WaitForExitAsync();
            Skip.If(exitCode != 0, $"strace may not trace here: {trial.ErrorText}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "strace is not installed");
        }
    }

    /// <summary>Starts a driver whose calls fail from its first instruction on.</summary>
    /// <param name="inject">As strace has it, for instance <c>fdatasync:error=EIO</c>.</param>
    /// <param name="path">Only calls on this path; null for all.</param>
    /// <param name="args">Of the driver.</param>
    public static ChildProcess StartDriver(string inject, string? path, IEnumerable<string> args) =>
        ChildProcess.Start(Program, [.. Options(inject, path), "--seccomp-bpf", "dotnet", Path.Combine(AppContext.BaseDirectory, Driver.Assembly), .. args]);

    /// <summary>Makes calls of a running process fail until the result is interrupted.</summary>
    public static async Task<ChildProcess> AttachAsync(ChildProcess process, string inject, string? path = null)
    {
        var strace = ChildProcess.Start(Program, [.. Options(inject, path), "-p", $"{process.Id}"]);
        while (await strace.ReadErrorLineAsync() is { } line)
        {
            if (line.Contains(" attached", StringComparison.Ordinal))
                return strace;
        }

        await strace.DisposeAsync();
        throw new InvalidOperationException("strace ended before it was attached");
    }

    /// <summary>Lets go of the process, which runs on, and returns the calls that failed.</summary>
    public static async Task<List<string>> DetachAsync(ChildProcess strace)
    {
        strace.Interrupt();
        var calls = new List<string>();
        while (await strace.ReadErrorLineAsync() is { } line)
        {
            if (line.Contains("(INJECTED)", StringComparison.Ordinal))
                calls.Add(line);
        }

        await strace.WaitForExitAsync();
        return calls;
    }

    private static string[] Options(string inject, string? path)
    {
        string call = inject[..inject.IndexOf(':', StringComparison.Ordinal)];
        return path is null ? ["-f", "-e", $"trace={call}", "-e", $"inject={inject}"] : ["-f", "-e", $"trace={call}", "-P", path, "-e", $"inject={inject}"];
    }
}
