using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>A file of an open log that takes no more records. It never changes, until it is removed.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="Header">Of the file.</param>
/// <param name="Next">Of the file after it: says where this one must end.</param>
/// <param name="Bytes">Of header and records; what lies behind means nothing.</param>
internal sealed record WalClosedFile(string Path, WalFileHeader Header, WalFileHeader Next, long Bytes)
{
    /// <summary>Reads every record and compares it with its checksum, and the chain of them with where the next file goes on.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="onRead">Told after each record how many bytes it was; whoever is told may take their time.</param>
    /// <param name="cancellationToken">Looked at before each record.</param>
    /// <exception cref="CorruptDataException">The file is damaged, missing or another one; or it was removed meanwhile, because a checkpoint holds its records.</exception>
    /// <exception cref="StorageException">The file cannot be read; it may have been removed meanwhile.</exception>
    public void Verify(IFileSystem fileSystem, Action<long> onRead, CancellationToken cancellationToken)
    {
        if (!fileSystem.FileExists(Path))
            throw new CorruptDataException(Path, 0, "the file is missing");

        var file = fileSystem.OpenFile(Path, FileAccessMode.Read);
        WalReader reader;
        try
        {
            var found = WalReader.ReadHeader(file);
            if (found != Header)
                throw new CorruptDataException(Path, 0, $"expected file {Header.FileId:N} from log position {Header.FirstLsn}, found {found.FileId:N} from {found.FirstLsn}");

            reader = new WalReader(file, Header);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        using (reader)
        {
            onRead(reader.Offset);
            for (long before = reader.Offset; reader.TryRead(out _, out _); before = reader.Offset)
            {
                cancellationToken.ThrowIfCancellationRequested();
                onRead(reader.Offset - before);
            }

            if (reader.NextLsn != Next.FirstLsn || reader.PreviousCrc != Next.PreviousCrc)
                throw new CorruptDataException(Path, reader.Offset, $"the record of log position {reader.NextLsn} is damaged; the next file begins with {Next.FirstLsn}");
        }
    }
}
