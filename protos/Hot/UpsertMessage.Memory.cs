namespace VectorStore.Protocol.Hot;

public sealed partial class UpsertMessage
{
    /// <summary>A message to be filled, whose vectors and payloads are whatever memory they are.</summary>
    public UpsertMessage()
    {
    }

    internal UpsertMessage(MessageMemory memory) => Memory = memory;

    /// <summary>What was read lies here; null for a message that was not read.</summary>
    internal MessageMemory? Memory { get; }

    /// <inheritdoc/>
    /// <remarks>May be called again, and does nothing then. <see cref="Points"/> of a message that was read is empty afterwards.</remarks>
    public void Dispose()
    {
        if (Memory is null)
            return;

        Points.Clear();
        Memory.Dispose();
    }
}
