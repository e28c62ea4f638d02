namespace VectorStore.Engine.Storage;

internal enum FileAccessMode
{
    Read,
    ReadWrite,
}
