using System.Runtime.InteropServices;

namespace VectorStore.Engine.Memory;

/// <summary>What the operating system knows of a thread, and .NET does not say.</summary>
internal static partial class LinuxThreads
{
    // On Linux priority is of a thread, not of a process, and zero is the calling one.
    private const int PriorityOfThread = 0;
    private const int CallingThread = 0;
    private const int ClockOfThread = 3;

    // A thread at 10 gets about a tenth of what one at 0 gets, where both want the same processor.
    private const int StepsBelowNormal = 10;
    private const int NicenessMax = 19;

    /// <summary>Has the calling thread step back wherever another of normal priority wants its processor. For good: raising it again takes a privilege. Threads that it starts inherit it.</summary>
    /// <remarks><see cref="Thread.Priority"/> does nothing on Linux. A refusal costs fairness only, so it is not an error.</remarks>
    public static void LowerPriority() => _ = SetPriority(PriorityOfThread, CallingThread, Math.Min(NicenessMax, Niceness + StepsBelowNormal));

    /// <summary>How much the calling thread steps back: -20 to 19, usually 0.</summary>
    public static int Niceness => GetPriority(PriorityOfThread, CallingThread);

    /// <summary>Processor time that the calling thread has used since it began.</summary>
    public static TimeSpan ProcessorTime =>
        GetTime(ClockOfThread, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000) : TimeSpan.Zero;

    [LibraryImport("libc", EntryPoint = "getpriority")]
    private static partial int GetPriority(int which, int who);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
