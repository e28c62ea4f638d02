using System.Globalization;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Gives a log a clean and durable end after a crash. Every step may be cut short by the next crash and is then simply done again.</summary>
internal sealed class WalTailRepair(IFileSystem fileSystem, WalDirectory directory)
{
    private const int ChunkBytes = 256 * 1024;
    private const int CopyBytesMax = 8 << 20;
    private const int CopiesKept = 4;
    private const string CopyPrefix = "torn-";
    private const string CopySuffix = ".bin";

    /// <summary>Keeps a copy of what is about to be wiped, for people. At most <see cref="CopyBytesMax"/> bytes, and the newest <see cref="CopiesKept"/> copies.</summary>
    public WalTornTail SetAside(IFile file, long offset, long dataEnd, ulong lsn)
    {
        byte[] tail = new byte[Math.Min(dataEnd - offset, CopyBytesMax)];
        file.ReadExactly(tail, offset);

        var copies = ListCopies();
        long number = copies.Count == 0 ? 1 : copies[^1].Number + 1;
        string? copyPath = directory.PathOf(string.Create(CultureInfo.InvariantCulture, $"{CopyPrefix}{lsn}-{number}{CopySuffix}"));
        try
        {
            fileSystem.WriteAtomically(copyPath, tail);
        }
        catch (StorageException exception) when (exception.Reason == ErrorReason.StorageFull)
        {
            // Nobody was promised these bytes. A full disk is no reason to refuse the promised ones.
            copyPath = null;
        }

        return new WalTornTail(file.Path, offset, lsn, dataEnd - offset, copyPath);
    }

    /// <summary>Makes the end of the log what was read: its last records, then zeros. Makes the directory durable.</summary>
    /// <param name="file">The last file.</param>
    /// <param name="unprovenOffset">Where the records begin that nothing on disk says to be durable.</param>
    /// <param name="endOffset">Where the records end.</param>
    /// <param name="dataEnd">Where the zeros begin; everything between is wiped.</param>
    /// <remarks>
    /// The unproven records may have been read from the operating system's cache alone: of a process that died before its sync, or after a sync that failed, which
    /// leaves pages that look clean and are not on disk. So they are written again, byte for byte, before anything is built on them.
    /// The tail is wiped, not cut: a file keeps the length its header states.
    /// </remarks>
    public void Settle(IFile file, long unprovenOffset, long endOffset, long dataEnd)
    {
        byte[] chunk = new byte[(int)Math.Min(ChunkBytes, dataEnd - unprovenOffset)];
        for (long offset = unprovenOffset; offset < endOffset; offset += chunk.Length)
        {
            var bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, endOffset - offset));
            file.ReadExactly(bytes, offset);
            file.Write(bytes, offset);
        }

        chunk.AsSpan().Clear();
        for (long offset = endOffset; offset < dataEnd; offset += chunk.Length)
            file.Write(chunk.AsSpan(0, (int)Math.Min(chunk.Length, dataEnd - offset)), offset);

        if (unprovenOffset < dataEnd)
            file.SyncData();

        foreach (string name in fileSystem.ListFiles(directory.Path))
        {
            if (name.EndsWith(WalFormat.UnfinishedSuffix, StringComparison.Ordinal))
                fileSystem.DeleteFile(directory.PathOf(name));
        }

        // Every time, not only behind a torn tail: a removal that was not synced comes back with the next loss of power.
        var copies = ListCopies();
        for (int index = 0; index < copies.Count - CopiesKept; index++)
            fileSystem.DeleteFile(directory.PathOf(copies[index].Name));

        // A killed process may have renamed a file without this.
        fileSystem.SyncDirectory(directory.Path);
    }

    private List<(long Number, string Name)> ListCopies()
    {
        var copies = new List<(long Number, string Name)>();
        foreach (string name in fileSystem.ListFiles(directory.Path))
        {
            if (!name.StartsWith(CopyPrefix, StringComparison.Ordinal) || !name.EndsWith(CopySuffix, StringComparison.Ordinal))
                continue;

            var stem = name.AsSpan(0, name.Length - CopySuffix.Length);
            if (long.TryParse(stem[(stem.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                copies.Add((number, name));
        }

        copies.Sort();
        return copies;
    }
}
