using Spectre.Console;
using VectorStore.Cli.Client;

namespace VectorStore.Cli.Tests.Support;

/// <summary>Runs command lines against a client and keeps what they wrote.</summary>
internal sealed class CommandHarness
{
    private readonly Func<ConnectionTarget, CancellationToken, Task<IVectorStoreClient>> _connect;

    public CommandHarness(FakeClient client) => _connect = (_, _) => Task.FromResult<IVectorStoreClient>(client);

    public CommandHarness(Func<ConnectionTarget, CancellationToken, Task<IVectorStoreClient>> connect) => _connect = connect;

    public async Task<CommandResult> RunAsync(IEnumerable<string> args, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Out = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            Console = PlainConsole(output),
            ErrorConsole = PlainConsole(error),
            ConnectAsync = _connect,
        };
        int exitCode = await CommandLineApp.RunAsync([.. args], environment, cancellationToken);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>A command line with spaces between words, on a data directory that the fake ignores.</summary>
    public Task<CommandResult> RunAsync(string line) => RunAsync([.. line.Split(' '), "--data", "unused"]);

    public static IAnsiConsole PlainConsole(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 120;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
