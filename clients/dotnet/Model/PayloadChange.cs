namespace VectorStore.Client;

/// <summary>What is done to the payload of a point while its vectors stay. Immutable.</summary>
/// <remarks>
/// Fields are the keys of the payload's outermost object: a field that is itself an object is set or deleted whole. A name is taken as it is; a dot in it leads nowhere. What is in it is judged by the server.
/// </remarks>
public sealed class PayloadChange
{
    private PayloadChange(PayloadChangeKind kind, Payload? payload, IReadOnlyList<string> fields)
    {
        Kind = kind;
        Payload = payload;
        Fields = fields;
    }

    /// <summary>What kind of change it is.</summary>
    public PayloadChangeKind Kind { get; }

    /// <summary>Leaves the point without a payload.</summary>
    public static PayloadChange Clear { get; } = new(PayloadChangeKind.Clear, null, []);

    internal Payload? Payload { get; }

    internal IReadOnlyList<string> Fields { get; }

    /// <summary>Gives the named fields new values and leaves the others as they are. A point without a payload gets one of these fields.</summary>
    /// <param name="fields">At least one field.</param>
    public static PayloadChange Set(Payload fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new PayloadChange(PayloadChangeKind.Set, fields, []);
    }

    /// <summary>Puts a payload in the place of the one before.</summary>
    public static PayloadChange Overwrite(Payload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return new PayloadChange(PayloadChangeKind.Overwrite, payload, []);
    }

    /// <summary>Deletes fields; those that a payload does not have are passed over. A payload that loses its last field is an empty object.</summary>
    /// <param name="fields">1 to 1,000 names; repeated ones count once. Copied.</param>
    public static PayloadChange DeleteFields(IReadOnlyCollection<string> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        foreach (string field in fields)
            ArgumentNullException.ThrowIfNull(field, nameof(fields));

        return new PayloadChange(PayloadChangeKind.DeleteFields, null, [.. fields]);
    }
}
