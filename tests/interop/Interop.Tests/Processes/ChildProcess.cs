using System.Diagnostics;
using System.Text;

namespace VectorStore.Interop.Tests.Processes;

/// <summary>A process that a test started. It ends when its standard input does; one that does not is killed by its id. It never outlives the test.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startMax = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_stopMax = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private Task _ignored = Task.CompletedTask;

    private ChildProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString().Trim();
        }
    }

    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };

        // Nothing is left beside the scripts, nor by the diagnostics of a runtime that is killed.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>A program that was built beside the tests.</summary>
    public static ChildProcess StartBuilt(string assembly, params IEnumerable<string> arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments]);

    /// <summary>The next line of standard output that the choice takes.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or took too long.</exception>
    public async Task<string> ReadLineAsync(Func<string, bool> choice)
    {
        using var limit = new CancellationTokenSource(s_startMax);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (choice(line))
                    return line;
            }
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"{Name} said nothing for {s_startMax.TotalSeconds} s: {Errors}");
        }

        throw new InvalidOperationException($"{Name} ended: {Errors}");
    }

    /// <summary>All lines until the process ends; it is killed, and the lines so far returned, when the time is over.</summary>
    public async Task<(List<string> Lines, bool Ended)> ReadToEndAsync(TimeSpan limit)
    {
        var lines = new List<string>();
        using var late = new CancellationTokenSource(limit);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(late.Token) is { } line)
                lines.Add(line);

            await _process.WaitForExitAsync(late.Token);
            return (lines, true);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            return (lines, false);
        }
    }

    /// <summary>Nobody wants the rest of its output, and the process shall not wait for a reader.</summary>
    public void IgnoreOutput() => _ignored = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);

    /// <summary>Ends a process that does not care for its standard input.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(s_stopMax);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _ignored;
        _process.Dispose();
    }

    private string Name => _process.StartInfo.ArgumentList.FirstOrDefault() ?? _process.StartInfo.FileName;
}
