using Spectre.Console;
using VectorStore.Cli.Client;

namespace VectorStore.Cli;

/// <summary>Everything a command touches outside itself, so that tests can hand in their own.</summary>
internal sealed class CliEnvironment
{
    /// <summary>Standard output for JSON and plain lines.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error for errors and logs.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard output for tables and pictures.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Standard error for progress bars.</summary>
    public required IAnsiConsole ErrorConsole { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Opens the database a target names.</summary>
    public required Func<ConnectionTarget, CancellationToken, Task<IVectorStoreClient>> ConnectAsync { get; init; }

    /// <summary>The real process.</summary>
    public static CliEnvironment ForProcess()
    {
        var errorConsole = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        return new CliEnvironment
        {
            Out = System.Console.Out,
            Error = System.Console.Error,
            Console = WideEnough(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) }), System.Console.IsOutputRedirected),
            ErrorConsole = WideEnough(errorConsole, System.Console.IsErrorRedirected),
            ConnectAsync = EngineClient.OpenAsync,
        };
    }

    /// <summary>A file or pipe has no width; 80 columns would fold the wider tables.</summary>
    private static IAnsiConsole WideEnough(IAnsiConsole console, bool redirected)
    {
        if (redirected)
            console.Profile.Width = 160;

        return console;
    }
}
