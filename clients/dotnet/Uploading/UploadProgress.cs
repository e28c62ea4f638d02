namespace VectorStore.Client;

/// <summary>How far an upload is.</summary>
/// <param name="PointsAcknowledged">Points of this upload that are stored.</param>
/// <param name="LeadingPoints">So many points at the front are stored without a gap, those of <see cref="UploadOptions.ResumeFrom"/> included: where a later upload may resume.</param>
public readonly record struct UploadProgress(long PointsAcknowledged, long LeadingPoints);
