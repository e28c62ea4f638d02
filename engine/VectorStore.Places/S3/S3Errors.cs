using System.Net;
using Amazon.Runtime;

namespace VectorStore.Places.S3;

/// <summary>What S3 and the way to it answer, as sentences; and what is worth another try.</summary>
internal static class S3Errors
{
    // Answered with statuses that say nothing of it: the request got damaged, or came too late.
    private static readonly string[] s_transientCodes =
        ["RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "InternalError", "ServiceUnavailable", "Throttling", "ThrottlingException", "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody"];

    private static readonly string[] s_accessCodes =
        ["AccessDenied", "Forbidden", "SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken", "InvalidToken", "AllAccessDisabled", "AccountProblem"];

    /// <summary>Whether the same request may be answered otherwise a little later.</summary>
    public static bool IsTransient(Exception problem) => problem switch
    {
        _ when HasNoCredentials(problem) => false,
        AmazonServiceException { StatusCode: HttpStatusCode.NotImplemented } => false,
        AmazonServiceException answered => (int)answered.StatusCode >= 500 || answered.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || s_transientCodes.Contains(answered.ErrorCode)
            || ((int)answered.StatusCode == 0 && IsOfTheWay(answered.InnerException)),
        AmazonClientException unanswered => IsOfTheWay(unanswered.InnerException),
        _ => IsOfTheWay(problem),
    };

    /// <summary>Whether an error is one of the place, not of the caller or of what the caller reads from.</summary>
    public static bool IsOfPlace(Exception problem) => problem is AmazonServiceException or AmazonClientException || IsTransient(problem);

    /// <summary>The sentence for an error.</summary>
    public static PlaceException Explain(Exception problem, S3Settings settings, string? key, int attempts)
    {
        string name = key is null ? settings.Address : $"{settings.Address}/{key}";
        string where = settings.Endpoint is { } endpoint ? $" at {endpoint.GetLeftPart(UriPartial.Authority)}" : "";
        var (reason, message) = problem switch
        {
            _ when HasNoCredentials(problem) => (PlaceErrorReason.AccessDenied, $"no credentials for {name}{where} were found: {problem.Message}"),
            AmazonServiceException { ErrorCode: "NoSuchBucket" } => (PlaceErrorReason.PlaceNotFound, $"there is no bucket '{settings.Bucket}'{where}"),
            AmazonServiceException { ErrorCode: "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" } elsewhere =>
                (PlaceErrorReason.InvalidAddress, $"bucket '{settings.Bucket}' is in another region than asked{where}: {elsewhere.Message}; say ?region=NAME"),
            AmazonServiceException { ErrorCode: "NoSuchKey" } => (PlaceErrorReason.ArchiveNotFound, $"there is no archive {name}"),
            AmazonServiceException refused when s_accessCodes.Contains(refused.ErrorCode) || refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                (PlaceErrorReason.AccessDenied, $"access to {name}{where} is denied: {CodeOf(refused)}: {refused.Message}"),
            AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed } => (PlaceErrorReason.ArchiveAlreadyExists, $"there is an archive {name} already"),
            AmazonServiceException { ErrorCode: "ConditionalRequestConflict" } => (PlaceErrorReason.ArchiveAlreadyExists, $"somebody else puts an archive {name} at this moment"),
            AmazonServiceException { StatusCode: HttpStatusCode.NotImplemented } unknown => (PlaceErrorReason.NotSupported, $"{name}{where} cannot do what an archive needs: {CodeOf(unknown)}: {unknown.Message}"),
            AmazonServiceException answered when !IsTransient(answered) => (PlaceErrorReason.Refused, $"{name}{where} refuses: {CodeOf(answered)}: {answered.Message}"),
            _ when IsTransient(problem) => (PlaceErrorReason.Unavailable, $"{name}{where} does not answer as it should, after {attempts} tries: {Innermost(problem).Message}"),
            _ => (PlaceErrorReason.Refused, $"{name}{where} cannot be used: {problem.Message}"),
        };
        return new PlaceException(reason, message, settings.Address, key, problem);
    }

    private static string CodeOf(AmazonServiceException answered) => string.IsNullOrEmpty(answered.ErrorCode) ? $"HTTP {(int)answered.StatusCode}" : answered.ErrorCode;

    // The library has no type for it: nothing was sent, and the sentence says why.
    private static bool HasNoCredentials(Exception problem) =>
        problem is AmazonServiceException { StatusCode: 0 } or AmazonClientException && problem.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfTheWay(Exception? problem) => problem switch
    {
        null => false,
        HttpRequestException or IOException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException or WebException => true,
        _ => IsOfTheWay(problem.InnerException),
    };

    private static Exception Innermost(Exception problem) => problem is AmazonServiceException { StatusCode: > 0 } || problem.InnerException is null ? problem : Innermost(problem.InnerException);
}
