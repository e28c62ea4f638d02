namespace VectorStore.Engine.Collections;

/// <summary>What a log record of a collection does. Persisted: values never change. 0 belongs to the log itself.</summary>
internal enum WriteKind : ushort
{
    Upsert = 1,
    Delete = 2,
    ChangePayloads = 3,
}
