namespace VectorStore.Protocol.Grpc;

/// <summary>The status codes of gRPC.</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    Ok = 0,

    /// <summary>The call was cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error of another system, or one nobody described.</summary>
    Unknown = 2,

    /// <summary>The caller's mistake, whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed first. The call may have taken effect.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit on sizes, or the disk is exhausted.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the server does not allow it; repeating does not help until somebody has changed that.</summary>
    FailedPrecondition = 9,

    /// <summary>Another call was in the way; repeating the whole sequence may help.</summary>
    Aborted = 10,

    /// <summary>Beyond the end of a range.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such service or method, or does not do this.</summary>
    Unimplemented = 12,

    /// <summary>An invariant of the server does not hold.</summary>
    Internal = 13,

    /// <summary>The server cannot answer now; repeating may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or damaged.</summary>
    DataLoss = 15,

    /// <summary>Nobody knows who the caller is.</summary>
    Unauthenticated = 16,
}
