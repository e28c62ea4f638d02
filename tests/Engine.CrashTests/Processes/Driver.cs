using VectorStore.CrashDriver;

namespace VectorStore.Engine.CrashTests.Processes;

/// <summary>Starts the crash driver.</summary>
internal static class Driver
{
    public const string Assembly = "VectorStore.CrashDriver.dll";

    public static ChildProcess Start(DriverArguments arguments) => ChildProcess.StartBuilt(Assembly, arguments.ToArgs());

    /// <summary>Starts a driver that takes commands, and waits until its database is open.</summary>
    public static async Task<ChildProcess> StartCommandedAsync(string directory, long walFileBytes, long sealAtBytes = 1L << 30)
    {
        var driver = Start(DriverArguments.Commanded(directory, walFileBytes, sealAtBytes));
        Assert.True(await driver.ReadUntilAsync("opened"), $"the driver did not open {directory}: {driver.ErrorText}");
        return driver;
    }
}
