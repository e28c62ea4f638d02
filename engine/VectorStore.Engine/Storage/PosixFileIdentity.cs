namespace VectorStore.Engine.Storage;

/// <summary>Device and inode: two paths with the same identity are the same file.</summary>
internal readonly record struct PosixFileIdentity(ulong Inode, ulong Device);
