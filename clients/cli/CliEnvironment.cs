using Spectre.Console;
using VectorStore.Cli.Client;

namespace VectorStore.Cli;

/// <summary>Everything a command touches outside itself, so that tests can hand in their own.</summary>
internal sealed class CliEnvironment
{
    private const int RedirectedWidth = 120;

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
    public static CliEnvironment ForProcess() => new()
    {
        Out = System.Console.Out,
        Error = System.Console.Error,
        Console = CreateConsole(System.Console.Out, System.Console.IsOutputRedirected),
        ErrorConsole = CreateConsole(System.Console.Error, System.Console.IsErrorRedirected),
        ConnectAsync = ConnectionTarget.ConnectAsync,
    };

    /// <summary>Colours and moving bars are for terminals; what goes to a file or a pipe is plain text of a width that does not fold tables.</summary>
    private static IAnsiConsole CreateConsole(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
        });
        if (isRedirected)
            console.Profile.Width = RedirectedWidth;

        return console;
    }
}
