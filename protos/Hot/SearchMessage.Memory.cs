namespace VectorStore.Protocol.Hot;

public sealed partial class SearchMessage
{
    private readonly MessageMemory? _memory;

    /// <summary>A message to be filled, whose vector is whatever memory it is.</summary>
    public SearchMessage()
    {
    }

    internal SearchMessage(MessageMemory memory) => _memory = memory;

    /// <inheritdoc/>
    /// <remarks>May be called again, and does nothing then. <see cref="Vector"/> of a message that was read is empty afterwards.</remarks>
    public void Dispose()
    {
        if (_memory is null)
            return;

        Vector = default;
        _memory.Dispose();
    }
}
