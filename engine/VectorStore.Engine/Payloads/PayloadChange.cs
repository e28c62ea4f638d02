using System.Buffers;
using VectorStore.Engine.Payloads;

namespace VectorStore.Engine;

/// <summary>What is done to the payload of a point while its vectors stay. Immutable and validated. Thread-safe.</summary>
/// <remarks>
/// Fields are the keys of the payload's outermost object: a field that is itself an object is set or deleted whole. A name is taken as it is; a dot in it leads nowhere.
/// </remarks>
public sealed class PayloadChange
{
    /// <summary>The most fields that one change deletes.</summary>
    public const int FieldsMax = Payload.KeysMax;

    private readonly Payload? _payload;
    private readonly List<PayloadField> _set = [];
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    private PayloadChange(PayloadChangeKind kind, Payload? payload)
    {
        Kind = kind;
        _payload = payload;
    }

    /// <summary>What kind of change it is.</summary>
    public PayloadChangeKind Kind { get; }

    /// <summary>Whether the outcome depends on the payload before.</summary>
    internal bool NeedsBefore => Kind is PayloadChangeKind.Set or PayloadChangeKind.DeleteFields;

    /// <summary>Leaves the point without a payload.</summary>
    public static PayloadChange Clear { get; } = new(PayloadChangeKind.Clear, null);

    /// <summary>Gives the named fields new values and leaves the others as they are. A point without a payload gets one of these fields.</summary>
    /// <param name="fields">At least one field.</param>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.EmptyRequest"/>: there is no field.</exception>
    public static PayloadChange Set(Payload fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var change = new PayloadChange(PayloadChangeKind.Set, fields);
        PayloadField.ReadAll(fields.Utf8Json.Span, change._set);
        return change._set.Count > 0
            ? change
            : throw new InvalidRequestException(ErrorReason.EmptyRequest, "payload", "payload: expected at least one field to set, got none");
    }

    /// <summary>Puts a payload in the place of the one before.</summary>
    public static PayloadChange Overwrite(Payload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return new PayloadChange(PayloadChangeKind.Overwrite, payload);
    }

    /// <summary>Deletes fields; those that a payload does not have are passed over. A payload that loses its last field is an empty object.</summary>
    /// <param name="fields">1 to <see cref="FieldsMax"/> names; repeated ones count once.</param>
    /// <exception cref="InvalidRequestException"><see cref="ErrorReason.EmptyRequest"/> or <see cref="ErrorReason.OutOfRange"/>: no names, or too many. <see cref="ErrorReason.InvalidName"/>: one of them is null.</exception>
    public static PayloadChange DeleteFields(IReadOnlyCollection<string> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (fields.Count == 0)
            throw new InvalidRequestException(ErrorReason.EmptyRequest, "fields", $"fields: expected 1 to {FieldsMax}, got none");
        if (fields.Count > FieldsMax)
            throw new InvalidRequestException(ErrorReason.OutOfRange, "fields", $"fields: expected 1 to {FieldsMax}, got {fields.Count}");

        var change = new PayloadChange(PayloadChangeKind.DeleteFields, null);
        foreach (string field in fields)
            change._deleted.Add(field ?? throw new InvalidRequestException(ErrorReason.InvalidName, "fields", "fields: a name is null"));

        return change;
    }

    /// <summary>The payload that a point has afterwards; null for none.</summary>
    /// <param name="id">For the message.</param>
    /// <param name="before">The stored payload before; null for none. Not looked at unless <see cref="NeedsBefore"/>.</param>
    /// <exception cref="InvalidRequestException">It would be beyond the limits of a payload.</exception>
    internal ReadOnlyMemory<byte>? ApplyTo(PointId id, ReadOnlyMemory<byte>? before)
    {
        // Not one expression: beside memory, a bare null would be empty memory.
        if (NeedsBefore && before is { } json)
            return Merge(id, json.Span);

        return _payload?.Utf8Json;
    }

    private byte[] Merge(PointId id, ReadOnlySpan<byte> before)
    {
        var fields = new List<PayloadField>();
        PayloadField.ReadAll(before, fields);
        var merged = new ArrayBufferWriter<byte>(before.Length + (_payload?.Utf8Json.Length ?? 0) + 1);
        var setAlready = new HashSet<string>(StringComparer.Ordinal);
        int keys = 0;
        foreach (var field in fields)
        {
            if (_deleted.Contains(field.Name))
                continue;

            int replaced = _set.FindIndex(set => set.Name == field.Name);
            if (replaced >= 0)
                setAlready.Add(field.Name);

            Append(replaced >= 0 ? _set[replaced] : field, replaced >= 0 ? _payload!.Utf8Json.Span : before);
        }

        foreach (var field in _set)
        {
            if (!setAlready.Contains(field.Name))
                Append(field, _payload!.Utf8Json.Span);
        }

        merged.Write(merged.WrittenCount == 0 ? "{}"u8 : "}"u8);
        if (merged.WrittenCount > Payload.BytesMax)
        {
            throw new InvalidRequestException(
                ErrorReason.PayloadTooLarge, "payload", $"point {id}: a payload has at most {Payload.BytesMax} bytes as compact JSON, with these fields it would have {merged.WrittenCount}");
        }

        if (keys > Payload.KeysMax)
            throw new InvalidRequestException(ErrorReason.InvalidPayload, "payload", $"point {id}: a payload has at most {Payload.KeysMax} keys, with these fields it would have {keys}");

        return merged.WrittenSpan.ToArray();

        void Append(PayloadField field, ReadOnlySpan<byte> source)
        {
            merged.Write(merged.WrittenCount == 0 ? "{"u8 : ","u8);
            merged.Write(source[field.Start..field.End]);
            keys += field.Keys;
        }
    }
}
