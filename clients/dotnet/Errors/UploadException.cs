namespace VectorStore.Client;

/// <summary>An upload ended before its last point. What was acknowledged stays stored; the inner exception says what went wrong first.</summary>
public sealed class UploadException : VectorStoreException
{
    internal UploadException(string message, UploadProgress progress, Exception innerException)
        : base((innerException as VectorStoreException)?.Reason ?? ErrorReason.UploadFailed, message, innerException)
    {
        PointsAcknowledged = progress.PointsAcknowledged;
        LeadingPoints = progress.LeadingPoints;
    }

    /// <summary>Points of this upload that are stored. Beyond them, points of requests whose answer was lost may be.</summary>
    public long PointsAcknowledged { get; }

    /// <summary>So many points at the front are stored without a gap: <see cref="UploadOptions.ResumeFrom"/> of the next try.</summary>
    public long LeadingPoints { get; }
}
