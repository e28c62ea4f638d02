namespace VectorStore.Engine.CrashTests.Workloads;

/// <summary>A write that was answered, and what was stored then.</summary>
/// <param name="Log">Identity of the log that it is in: each incarnation of the collection has one.</param>
/// <param name="Lsn">Its position.</param>
/// <param name="Time">When that was.</param>
/// <param name="State">All points.</param>
internal sealed record LifeMoment(Guid Log, ulong Lsn, DateTimeOffset Time, Dictionary<PointId, string> State);
