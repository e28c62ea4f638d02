using System.Runtime.InteropServices;
using VectorStore.Engine;

namespace VectorStore.Server.Hosting;

/// <summary>The process: options, start, signals, end.</summary>
internal static class ServerProgram
{
    private const string SettingsFile = "appsettings.json";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--help"))
        {
            Console.Out.WriteLine(OptionCatalog.Help());
            return ExitCode.Ok;
        }

        if (args.Contains("--version"))
        {
            Console.Out.WriteLine(ServerHost.Version);
            return ExitCode.Ok;
        }

        try
        {
            var options = OptionReader.Read(args, Environment.GetEnvironmentVariables(), Path.Combine(AppContext.BaseDirectory, SettingsFile), out var warnings);
            return await ServeAsync(options, warnings);
        }
        catch (StartException problem)
        {
            Console.Error.WriteLine($"vectorstore-server: {problem.Message}");
            return problem.ExitCode;
        }
        catch (VectorStoreException problem)
        {
            // The disk failed while the database was being closed; what was answered before is in the log.
            Console.Error.WriteLine($"vectorstore-server: {problem.Message}");
            return ExitCode.Of(problem.Reason);
        }
    }

    private static async Task<int> ServeAsync(ServerOptions options, IReadOnlyList<string> warnings)
    {
        using var loggers = ConsoleLog.CreateFactory(Console.Out, options.LogLevel, TimeProvider.System);
        var logger = loggers.CreateLogger("Server");
        foreach (string warning in warnings)
            logger.OddOption(warning);

        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        await using var host = await ServerHost.StartAsync(options, loggers);
        await Task.WhenAny(host.Ready, asked.Task);
        if (!asked.Task.IsCompleted)
            await host.Ready;

        await asked.Task;
        await host.StopAsync();
        return ExitCode.Ok;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!asked.TrySetResult())
                Environment.Exit(ExitCode.Interrupted);

            logger.Signalled(signal.Signal.ToString());
        }
    }
}
