namespace VectorStore.Engine.Wal;

/// <summary>The body of a record that depends on the records before it, and so is made only when its turn has come.</summary>
internal interface IWalLateBody
{
    /// <summary>Makes the body. Called on the writer thread; what it returns must not change until the record is applied.</summary>
    /// <param name="ahead">Records of the same batch that come before it, oldest first; they are not applied yet, while everything before them is.</param>
    /// <remarks>May be called again, for a later batch, where the record found no room in this one. Everybody's writes wait meanwhile.</remarks>
    /// <exception cref="VectorStoreException">Refuses the record: nothing of it is written, its appender gets the exception, and the log is well.</exception>
    ReadOnlyMemory<byte> MakeBody(IReadOnlyList<WalAppend> ahead);
}
