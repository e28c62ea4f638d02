namespace VectorStore.Client.Tests.Support;

/// <summary>Bounds every wait, generously: the machine may be busy.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(s_limit);

    public static Task InTime(this Task task) => task.WaitAsync(s_limit);

    public static async Task Until(Func<bool> condition)
    {
        long end = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < end, "waited in vain");
            await Task.Delay(5);
        }
    }
}
