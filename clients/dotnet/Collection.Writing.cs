using Google.Protobuf;
using Google.Protobuf.Collections;
using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

public sealed partial class Collection
{
    // What a point costs beside its vectors and its payload: id, tags, lengths. Generous.
    private const int PointOverheadBytes = 64;

    /// <summary>Stores points, whole or not at all; one that exists is replaced whole. Of points with the same id the last one counts.</summary>
    /// <remarks>Carries an id of its own, by which the server recognises a repetition after a lost answer: it is applied once.</remarks>
    /// <param name="points">1 to 100,000, at most 32 MiB as one record. Their vectors may be changed again once the call has returned.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the points may be stored all the same, all of them.</param>
    /// <exception cref="InvalidRequestException">A point is refused, and with it all: the field says which and why.</exception>
    public async Task<WriteResult> UpsertAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        var request = new UpsertMessage { Collection = Name, RequestId = NewRequestId() };
        request.Points.EnsureCapacity(points.Count);
        long bytes = 0;
        foreach (var point in points)
        {
            ArgumentNullException.ThrowIfNull(point, nameof(points));
            request.Points.Add(PointMapping.ToMessage(point));
            bytes += MeasureBytes(point);
        }

        if (bytes > int.MaxValue)
            throw new InvalidRequestException(ErrorReason.RequestTooLarge, "points", $"points: a request can have at most {int.MaxValue} bytes on the wire, got about {bytes}");

        var response = await _client.CallAsync(ServiceMethods.Upsert, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return PointMapping.FromWire(response.Result);
    }

    /// <summary>Deletes points by id; ids that do not exist are passed over.</summary>
    /// <remarks>Carries an id of its own, as <see cref="UpsertAsync"/> does.</remarks>
    /// <param name="ids">1 to 100,000.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the points may be deleted all the same.</param>
    /// <returns><see cref="WriteResult.PointsChanged"/> counts the points that existed.</returns>
    public async Task<WriteResult> DeleteAsync(IReadOnlyList<PointId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var request = new DeletePointsRequest { Collection = Name, RequestId = NewRequestId() };
        AddIds(ids, request.Ids, request.Uuids);
        var response = await _client.CallAsync(ServiceMethods.Delete, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        var result = PointMapping.FromWire(response.Result);
        return result with { PointsUnknown = ids.Distinct().Count() - result.PointsChanged };
    }

    /// <summary>Changes the payloads of points by id: of all that exist or, on any error, of none. Their vectors are neither read nor written.</summary>
    /// <remarks>
    /// Carries an id of its own, as <see cref="UpsertAsync"/> does. Changes of one point that come at the same time are done one after the other: none is lost. What the server writes to its log are the
    /// whole payloads, each once where several points get the same, together at most 32 MiB.
    /// </remarks>
    /// <param name="ids">1 to 100,000; repeated ones count once. Those that do not exist are passed over and counted.</param>
    /// <param name="change">What is done to each payload.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the payloads may be changed all the same, all of them.</param>
    /// <exception cref="InvalidRequestException">No ids, or too many; or a payload would be beyond its limits.</exception>
    public Task<WriteResult> UpdatePayloadAsync(IReadOnlyList<PointId> ids, PayloadChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(change);
        var request = new UpdatePayloadRequest();
        AddIds(ids, request.Ids, request.Uuids);
        return UpdatePayloadAsync(request, change, cancellationToken);
    }

    /// <summary>Changes the payloads of all points that a filter lets pass: of all of them or, on any error, of none.</summary>
    /// <remarks>As for changing by id.</remarks>
    /// <param name="filter">Asked once, as of one log position before the write. At most 100,000 points may pass.</param>
    /// <param name="change">What is done to each payload.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the payloads may be changed all the same, all of them.</param>
    /// <exception cref="InvalidRequestException">More than 100,000 points pass, or a payload would be beyond its limits.</exception>
    public Task<WriteResult> UpdatePayloadAsync(Filter filter, PayloadChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(change);
        return UpdatePayloadAsync(new UpdatePayloadRequest { FilterJson = SearchMapping.ToBytes(filter) }, change, cancellationToken);
    }

    private async Task<WriteResult> UpdatePayloadAsync(UpdatePayloadRequest request, PayloadChange change, CancellationToken cancellationToken)
    {
        request.Collection = Name;
        request.RequestId = NewRequestId();
        request.Mode = (PayloadMode)change.Kind;
        if (change.Payload is { } payload)
            request.PayloadJson = UnsafeByteOperations.UnsafeWrap(payload.Utf8Json);

        request.Fields.Add(change.Fields);
        var response = await _client.CallAsync(ServiceMethods.UpdatePayload, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return PointMapping.FromWire(response.Result) with { PointsUnknown = response.PointsUnknown };
    }

    /// <summary>About how many bytes a point has on the wire; never fewer than it has.</summary>
    internal static long MeasureBytes(Point point)
    {
        long bytes = PointOverheadBytes + (point.Payload?.Utf8Json.Length ?? 0);
        foreach (var (name, vector) in point.Vectors)
            bytes += PointOverheadBytes + (3L * name.Length) + ((long)sizeof(float) * vector.Length);

        return bytes;
    }

    private static void AddIds(IReadOnlyList<PointId> ids, RepeatedField<ulong> integers, RepeatedField<string> uuids)
    {
        foreach (var id in ids)
        {
            if (id.Kind == PointIdKind.Integer)
                integers.Add(id.Integer);
            else
                uuids.Add(id.ToString());
        }
    }

    private static string NewRequestId() => Guid.NewGuid().ToString("N");
}
