namespace VectorStore.Engine.Payloads;

/// <summary>Makes payload stores that keep nothing on disk.</summary>
internal sealed class InMemoryPayloadStoreProvider : IPayloadStoreProvider
{
    public IPayloadStore Create(string directory, long pointsExpected) => new InMemoryPayloadStore();

    public IPayloadStore? TryRecover(string directory, PayloadCheckpoint checkpoint, out string? doubt)
    {
        doubt = "the payload store in memory keeps nothing on disk";
        return null;
    }
}
