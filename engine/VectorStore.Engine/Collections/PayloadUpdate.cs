using VectorStore.Engine.Segments;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Collections;

/// <summary>A change of payloads on its way into the log: what it makes of each point, and of which payload version that was worked out.</summary>
/// <remarks>
/// The caller's thread prepares it from what it sees, the log's thread looks whether that still holds when the record's turn has come, and works out anew what does not. So
/// reading and merging payloads keeps nobody waiting unless two changes of one point meet, and yet none of them is lost.
/// </remarks>
internal sealed class PayloadUpdate(PayloadChange change, IReadOnlyList<PointId> ids, Func<PayloadUpdate, IReadOnlyList<WalAppend>, ReadOnlyMemory<byte>> settle) : IWalLateBody
{
    public PayloadChange Change => change;

    /// <summary>Each of them once.</summary>
    public IReadOnlyList<PointId> Ids => ids;

    /// <summary>The payload version that each outcome was worked out from; null where there was no such point, or where it was worked out from a write that was not applied yet.</summary>
    public PayloadVersion?[] Bases { get; } = new PayloadVersion?[ids.Count];

    /// <summary>Whether each point exists.</summary>
    public bool[] Exists { get; } = new bool[ids.Count];

    /// <summary>What each point's payload is to be; null for none.</summary>
    public ReadOnlyMemory<byte>?[] Outcomes { get; } = new ReadOnlyMemory<byte>?[ids.Count];

    private ReadOnlyMemory<byte>? _body;

    /// <summary>Notes what becomes of a point.</summary>
    /// <param name="index">In <see cref="Ids"/>.</param>
    /// <param name="basis">Null: the payload is that of a write which is not applied yet.</param>
    /// <param name="before">The payload before; null for none.</param>
    public void Resolve(int index, PayloadVersion? basis, ReadOnlyMemory<byte>? before)
    {
        Outcomes[index] = change.ApplyTo(ids[index], before);
        Exists[index] = true;
        Bases[index] = basis;
        _body = null;
    }

    /// <summary>Notes that there is no such point.</summary>
    public void ResolveMissing(int index, bool isApplied)
    {
        _body = isApplied && !Exists[index] ? _body : null;
        Exists[index] = false;
        Bases[index] = null;
    }

    /// <summary>The body of the record as things are resolved.</summary>
    public ReadOnlyMemory<byte> Encode()
    {
        if (_body is { } encoded)
            return encoded;

        var points = new List<(PointId Id, ReadOnlyMemory<byte>? Json)>(ids.Count);
        for (int index = 0; index < ids.Count; index++)
        {
            if (Exists[index])
                points.Add((ids[index], Outcomes[index]));
        }

        var numbers = new Dictionary<ReadOnlyMemory<byte>, uint>();
        long bytes = PayloadRecord.EncodedBytes(points, numbers);
        if (bytes > Limits.RequestBytesMax)
        {
            throw new InvalidRequestException(
                ErrorReason.RequestTooLarge, "ids", $"ids: the payloads of {points.Count} points take {bytes} bytes in the log, at most {Limits.RequestBytesMax} are allowed; change fewer points at a time");
        }

        byte[] body = new byte[bytes];
        PayloadRecord.Encode(points, numbers, body);
        _body = body;
        return body;
    }

    ReadOnlyMemory<byte> IWalLateBody.MakeBody(IReadOnlyList<WalAppend> ahead) => settle(this, ahead);
}
