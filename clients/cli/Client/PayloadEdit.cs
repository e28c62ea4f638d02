using VectorStore.Engine;
using Sdk = VectorStore.Client;

namespace VectorStore.Cli.Client;

/// <summary>What is to be done to payloads: the words of a command line, which are the same for the engine and for a server.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Payload">For setting and overwriting.</param>
/// <param name="Fields">For deleting.</param>
internal sealed record PayloadEdit(PayloadChangeKind Kind, Payload? Payload, IReadOnlyList<string> Fields)
{
    public PayloadChange ToEngine() => Kind switch
    {
        PayloadChangeKind.Set => PayloadChange.Set(Payload!),
        PayloadChangeKind.Overwrite => PayloadChange.Overwrite(Payload!),
        PayloadChangeKind.DeleteFields => PayloadChange.DeleteFields(Fields),
        _ => PayloadChange.Clear,
    };

    public Sdk.PayloadChange ToSdk() => Kind switch
    {
        PayloadChangeKind.Set => Sdk.PayloadChange.Set(ToSdk(Payload!)),
        PayloadChangeKind.Overwrite => Sdk.PayloadChange.Overwrite(ToSdk(Payload!)),
        PayloadChangeKind.DeleteFields => Sdk.PayloadChange.DeleteFields(Fields),
        _ => Sdk.PayloadChange.Clear,
    };

    private static Sdk.Payload ToSdk(Payload payload) => Sdk.Payload.FromUtf8Json(payload.Utf8Json.Span);
}
