namespace VectorStore.Protocol.Grpc;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit, H, M, S, m, u or n.</summary>
public static class GrpcTimeout
{
    private const int DigitsMax = 8;
    private const long ValueMax = 99_999_999;

    /// <summary>The longest time that the format can say: 99,999,999 hours, more than 11,000 years.</summary>
    public static TimeSpan Max { get; } = TimeSpan.FromTicks(ValueMax * TimeSpan.TicksPerHour);

    /// <summary>Reads a timeout. Nanoseconds are rounded up to the 100 of a <see cref="TimeSpan"/>.</summary>
    /// <returns>0 to <see cref="Max"/>.</returns>
    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>, MALFORMED_TIMEOUT.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var timeout)
            ? timeout
            : throw new RpcException(
                StatusCode.InvalidArgument,
                $"grpc-timeout: expected 1 to {DigitsMax} digits and one of H, M, S, m, u, n, got '{ErrorDetails.Shorten(text, bytesMax: 32)}'",
                "MALFORMED_TIMEOUT");

    /// <summary>Reads a timeout.</summary>
    /// <returns>False where the text is malformed.</returns>
    public static bool TryParse(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is null || text.Length is < 2 or > DigitsMax + 1)
            return false;

        long value = 0;
        foreach (char digit in text.AsSpan(0, text.Length - 1))
        {
            if (!char.IsAsciiDigit(digit))
                return false;

            value = (value * 10) + (digit - '0');
        }

        long ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => (value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            _ => -1,
        };
        timeout = TimeSpan.FromTicks(Math.Max(ticks, 0));
        return ticks >= 0;
    }

    /// <summary>Writes a timeout in the finest unit in which it has eight digits, rounded up. Nothing or less is the shortest that can be said; more than <see cref="Max"/> is that.</summary>
    public static string Format(TimeSpan timeout)
    {
        long ticks = timeout.Ticks;
        if (ticks <= 0)
            return "1n";

        if (ticks <= ValueMax / TimeSpan.NanosecondsPerTick)
            return $"{ticks * TimeSpan.NanosecondsPerTick}n";

        return Try(TimeSpan.TicksPerMicrosecond, 'u') ?? Try(TimeSpan.TicksPerMillisecond, 'm') ?? Try(TimeSpan.TicksPerSecond, 'S')
            ?? Try(TimeSpan.TicksPerMinute, 'M') ?? Try(TimeSpan.TicksPerHour, 'H') ?? $"{ValueMax}H";

        string? Try(long unit, char name)
        {
            long value = (ticks / unit) + (ticks % unit == 0 ? 0 : 1);
            return value <= ValueMax ? $"{value}{name}" : null;
        }
    }
}
