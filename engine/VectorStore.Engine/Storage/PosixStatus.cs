namespace VectorStore.Engine.Storage;

/// <summary>What the operating system says of a file or directory.</summary>
/// <param name="Mode">Kind and permissions, as in st_mode.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Identity">Which file it is, whatever its path.</param>
internal readonly record struct PosixStatus(ushort Mode, long Length, PosixFileIdentity Identity)
{
    private const int KindMask = 0xF000;
    private const int DirectoryKind = 0x4000;

    public bool IsDirectory => (Mode & KindMask) == DirectoryKind;
}
