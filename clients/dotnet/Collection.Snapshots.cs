using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

public sealed partial class Collection
{
    /// <summary>Makes a snapshot: the collection as it is at one log position, durable when this returns. Without a time limit. Repeated only where no connection was made; after a lost connection the snapshot may exist.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot.</param>
    /// <param name="cancellationToken">Leaves no snapshot, unless it was done already.</param>
    /// <remarks>Holds every write that was answered before the call. Reads, writes, sealing and merging go on throughout.</remarks>
    /// <exception cref="InvalidRequestException">The name is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a snapshot of that name (<see cref="ErrorReason.SnapshotAlreadyExists"/>), no such collection, or it is red.</exception>
    /// <exception cref="CorruptDataException">A file of the collection is damaged.</exception>
    /// <exception cref="StorageException">A file could not be written or read. There is no snapshot, and it may be tried again.</exception>
    public async Task<SnapshotInfo> CreateSnapshotAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var request = new CreateSnapshotRequest { Collection = Name, Snapshot = name };
        var response = await _client.CallAsync(ServiceMethods.CreateSnapshot, request, CallKind.OnceLong, cancellationToken).ConfigureAwait(false);
        return SnapshotMapping.FromWire(response.Snapshot);
    }
}
