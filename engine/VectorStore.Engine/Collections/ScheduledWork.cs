using VectorStore.Engine.Snapshots;

namespace VectorStore.Engine.Collections;

/// <summary>What a schedule has the database do. The collection may be the sign for all of them.</summary>
/// <param name="MakeAsync">Makes a snapshot of a collection under a name.</param>
/// <param name="Find">What is known of a snapshot; null where there is none.</param>
/// <param name="DeleteAsync">Deletes a snapshot, unless its name stands for none or for another one by now.</param>
internal sealed record ScheduledWork(
    Func<string, string, CancellationToken, Task<SnapshotInfo>> MakeAsync,
    Func<string, string, SnapshotInfo?> Find,
    Func<string, ScheduledSnapshot, CancellationToken, Task> DeleteAsync);
