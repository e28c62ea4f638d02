using VectorStore.Engine;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Mapping;

/// <summary>Changes of payloads. What a mode does not use is refused: somebody meant another one.</summary>
internal static class PayloadChanges
{
    /// <summary>What a request does to each payload.</summary>
    /// <param name="request">As it arrived.</param>
    /// <param name="payload">The payload in it; null where the mode has none.</param>
    public static PayloadChange ToEngine(UpdatePayloadRequest request, out Payload? payload)
    {
        payload = null;
        bool hasPayload = request.Payload is not null || !request.PayloadJson.IsEmpty;
        if (hasPayload && request.Mode is (PayloadMode.DeleteFields or PayloadMode.Clear))
            throw EngineErrors.Conflict("payload", $"mode {Name(request.Mode)}", "payload");
        if (request.Fields.Count > 0 && request.Mode is (PayloadMode.Set or PayloadMode.Overwrite or PayloadMode.Clear))
            throw EngineErrors.Conflict("fields", $"mode {Name(request.Mode)}", "fields");
        if (request.Mode is PayloadMode.Set or PayloadMode.Overwrite)
            payload = ReadPayload(request) ?? throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "payload", $"payload: mode {Name(request.Mode)} needs one, got none");

        return request.Mode switch
        {
            PayloadMode.Set => PayloadChange.Set(payload!),
            PayloadMode.Overwrite => PayloadChange.Overwrite(payload!),
            PayloadMode.DeleteFields => PayloadChange.DeleteFields(request.Fields),
            PayloadMode.Clear => PayloadChange.Clear,
            PayloadMode.Unspecified => throw EngineErrors.Invalid(ErrorReason.EmptyRequest, "mode", "mode: say what is to be done: set, overwrite, delete fields or clear"),
            _ => throw EngineErrors.Invalid(ErrorReason.OutOfRange, "mode", $"mode: unknown mode {(int)request.Mode}"),
        };
    }

    private static Payload? ReadPayload(UpdatePayloadRequest request)
    {
        var json = request.PayloadJson.Memory;
        if (request.Payload is null)
            return json.IsEmpty ? null : Payload.FromUtf8Json(json.Span);

        return json.IsEmpty ? Payloads.FromStruct(request.Payload) : throw EngineErrors.Conflict("payload", "payload", "payloadJson");
    }

    private static string Name(PayloadMode mode) => mode switch
    {
        PayloadMode.Set => "set",
        PayloadMode.Overwrite => "overwrite",
        PayloadMode.DeleteFields => "delete fields",
        _ => "clear",
    };
}
