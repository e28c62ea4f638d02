namespace VectorStore.Protocol.Grpc;

/// <summary>Names and numbers of <see cref="StatusCode"/>.</summary>
public static class StatusCodes
{
    private static readonly string[] s_names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    // Connect spells one of them with a single l.
    private static readonly string[] s_connectNames = [.. s_names.Select(name => name == "CANCELLED" ? "canceled" : name.ToLowerInvariant())];

    /// <summary>The name that documents use, such as <c>INVALID_ARGUMENT</c>. A number that is no status is <c>UNKNOWN</c>.</summary>
    public static string Name(StatusCode code) => s_names[(int)FromNumber((int)code)];

    /// <summary>The name in errors of Connect, such as <c>invalid_argument</c>.</summary>
    public static string ConnectName(StatusCode code) => s_connectNames[(int)FromNumber((int)code)];

    /// <summary>The status of a number; <see cref="StatusCode.Unknown"/> where no status has it.</summary>
    public static StatusCode FromNumber(int number) => (uint)number < (uint)s_names.Length ? (StatusCode)number : StatusCode.Unknown;

    /// <summary>The status that a value of <c>grpc-status</c> says; <see cref="StatusCode.Unknown"/> where it is absent or no such number.</summary>
    public static StatusCode FromHeader(string? value) =>
        value is { Length: 1 or 2 } && int.TryParse(value, System.Globalization.NumberStyles.None, null, out int number) ? FromNumber(number) : StatusCode.Unknown;

    /// <summary>The status of a name as <see cref="Name"/> or <see cref="ConnectName"/> gives it; null where there is none of it.</summary>
    public static StatusCode? FromName(string? name)
    {
        int index = Array.IndexOf(s_names, name);
        if (index < 0)
            index = Array.IndexOf(s_connectNames, name);

        return index < 0 ? null : (StatusCode)index;
    }
}
