using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>A process that a test started, with its output line by line. It is stopped by its id, and never outlives the test.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int InterruptSignal = 2;

    // Nothing a test waits for takes this long; without a bound a fault would hang the run.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Channel<string> _errors = Channel.CreateUnbounded<string>();
    private readonly Task _readingErrors;
    private readonly StringBuilder _errorText = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _reading = ReadLinesAsync(process.StandardOutput.BaseStream, _output.Writer);
        _readingErrors = ReadLinesAsync(process.StandardError.BaseStream, _errors.Writer);
    }

    public int Id => _process.Id;

    /// <summary>What it wrote to standard error and nobody asked for yet.</summary>
    public string ErrorText
    {
        get
        {
            while (_errors.Reader.TryRead(out string? line))
                _errorText.AppendLine(line);

            return _errorText.ToString();
        }
    }

    /// <summary>Starts a program that was built beside the tests.</summary>
    public static ChildProcess StartBuilt(string assembly, params IEnumerable<string> args) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. args]);

    public static ChildProcess Start(string program, params IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string arg in args)
            start.ArgumentList.Add(arg);

        // A process that is killed cannot say goodbye to the diagnostics of the runtime, and leaves a socket behind each time.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        // None of them lives long enough for code that is compiled twice, or for a collector beside it, to pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_QuickJitForLoops"] = "1";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>The next whole line; null once the output has ended.</summary>
    public Task<string?> ReadLineAsync() => ReadLineAsync(_output.Reader);

    /// <summary>The next whole line of standard error; null once it has ended.</summary>
    public Task<string?> ReadErrorLineAsync() => ReadLineAsync(_errors.Reader);

    /// <summary>Reads until this line; false where the output ends before.</summary>
    public async Task<bool> ReadUntilAsync(string line)
    {
        while (await ReadLineAsync() is { } read)
        {
            if (read == line)
                return true;
        }

        return false;
    }

    /// <summary>Everything not read yet, up to the end.</summary>
    public async Task<List<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadLineAsync() is { } line)
            lines.Add(line);

        return lines;
    }

    /// <summary>Sends one line and waits for the one that answers it.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadLineAsync() ?? throw new InvalidOperationException($"the process ended at '{line}'. It said: {ErrorText}");
    }

    /// <summary>SIGKILL, to this process alone.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGINT: strace lets go of what it traces.</summary>
    public void Interrupt() => _ = SendSignal(Id, InterruptSignal);

    /// <summary>Ends its standard input, which tells it to finish, and waits.</summary>
    public async Task<int> FinishAsync()
    {
        _process.StandardInput.Close();
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_timeout);
        await Task.WhenAll(_reading, _readingErrors).WaitAsync(s_timeout);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(s_timeout);
        }

        _process.Dispose();
    }

    private static async Task<string?> ReadLineAsync(ChannelReader<string> lines)
    {
        while (await lines.WaitToReadAsync().AsTask().WaitAsync(s_timeout))
        {
            if (lines.TryRead(out string? line))
                return line;
        }

        return null;
    }

    /// <summary>Passes on whole lines only: half a line of a killed process has said nothing.</summary>
    private static async Task ReadLinesAsync(Stream stream, ChannelWriter<string> lines)
    {
        var line = new MemoryStream();
        byte[] buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            foreach (byte value in buffer.AsSpan(0, read))
            {
                if (value != (byte)'\n')
                {
                    line.WriteByte(value);
                    continue;
                }

                lines.TryWrite(Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
                line.SetLength(0);
            }
        }

        lines.Complete();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
