using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>A part of a log as it is at one position, taken while the log is written: files that are closed by a second name, the rest copied.</summary>
/// <remarks>
/// Whether a file is closed, the log says, and not its directory: there a successor may be seen whose name is not durable yet, and if power goes the file before it is written again. What is
/// linked is never opened for writing: whoever makes a collection of it copies the records.
/// </remarks>
internal static class WalSnapshot
{
    /// <summary>Puts the part into a directory, which this makes; durable when it returns, but for that directory's own name.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="files">All files of the log, as <see cref="WriteAheadLog.Files"/> shows them once the last record is durable. Those with records after <paramref name="afterLsn"/> stay meanwhile.</param>
    /// <param name="target">The directory.</param>
    /// <param name="afterLsn">The first record that is needed is the next. Those before it in the same file may be there too.</param>
    /// <param name="throughLsn">The last record that is there; <paramref name="afterLsn"/> for none.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <returns>Names of the files that are those of the log; none where there is nothing but a copy, which is a log of its own.</returns>
    /// <exception cref="CorruptDataException">Some of the records that are copied are damaged or missing.</exception>
    public static IReadOnlyList<string> Take(
        IFileSystem fileSystem, IReadOnlyList<WalFile> files, string target, ulong afterLsn, ulong throughLsn, CancellationToken cancellationToken)
    {
        var source = WalTimeline.Of(fileSystem, FileSystemExtensions.Parent(files[^1].Path), files.Where((_, index) => LastLsn(files, index) > afterLsn));
        var linked = Enumerable.Range(0, files.Count - 1).Where(index => LastLsn(files, index) > afterLsn && LastLsn(files, index) <= throughLsn).ToList();
        if (linked.Count == 0)
        {
            WalCopy.Write(fileSystem, target, files[^1].Header.CollectionId, afterLsn, copy => copy.AddRecords(source, afterLsn, throughLsn, cancellationToken));
            return [];
        }

        fileSystem.CreateDirectory(target);
        var names = new List<string>();
        foreach (int index in linked)
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.Add(WalFormat.FileName(files[index].Header.FileNumber));
            fileSystem.LinkOrCopy(files[index].Path, $"{target}/{names[^1]}", cancellationToken);
        }

        ulong linkedLsn = LastLsn(files, linked[^1]);
        if (linkedLsn < throughLsn)
        {
            var rest = files[linked[^1] + 1].Header with { FileId = Guid.NewGuid(), FileBytes = 0 };
            WalCopy.WriteFile(fileSystem, target, rest, copy => copy.AddRecords(source, linkedLsn, throughLsn, cancellationToken));
        }

        fileSystem.SyncDirectory(target);
        return names;
    }

    /// <summary>Reads a file that <see cref="Take"/> linked, every record: what is damaged is not to be kept as if it were sound.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the log that was taken.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="files">The files of the log, as they were then.</param>
    /// <param name="cancellationToken">Checked between records.</param>
    /// <exception cref="CorruptDataException">A record is damaged or missing.</exception>
    public static void Verify(IFileSystem fileSystem, string directory, string name, IReadOnlyList<WalFile> files, CancellationToken cancellationToken)
    {
        string path = $"{directory}/{name}";
        int index = files.Index().Single(file => WalFormat.FileName(file.Item.Header.FileNumber) == name).Index;
        var file = fileSystem.OpenFile(path, FileAccessMode.Read);
        WalFileHeader header;
        try
        {
            header = WalReader.ReadHeader(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        using var reader = new WalReader(file, header);
        if (header != files[index].Header)
            throw new CorruptDataException(path, 0, "the header is not that of the log's file");

        while (reader.TryRead(out _, out _))
            cancellationToken.ThrowIfCancellationRequested();

        if (reader.NextLsn != LastLsn(files, index) + 1 || reader.PreviousCrc != files[index + 1].Header.PreviousCrc)
            throw new CorruptDataException(path, reader.Offset, $"log records LSN {reader.NextLsn} to {LastLsn(files, index)} are damaged or missing");
    }

    /// <summary>The last record of a closed file; of the one in use, the last there can be.</summary>
    private static ulong LastLsn(IReadOnlyList<WalFile> files, int index) => index + 1 < files.Count ? files[index + 1].Header.FirstLsn - 1 : ulong.MaxValue;
}
