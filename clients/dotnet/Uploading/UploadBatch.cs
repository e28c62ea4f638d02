namespace VectorStore.Client.Uploading;

/// <summary>Points of one request of an upload.</summary>
/// <param name="First">Place of the first point in the sequence, from 0.</param>
/// <param name="Points">At least one.</param>
internal sealed record UploadBatch(long First, IReadOnlyList<Point> Points);
