using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>The directory of one log: names, making a file, removing a file. Every change is durable when the method returns.</summary>
internal sealed class WalDirectory(IFileSystem fileSystem, string path)
{
    public IFileSystem FileSystem { get; } = fileSystem;

    public string Path { get; } = path;

    public string PathOf(ulong fileNumber) => PathOf(WalFormat.FileName(fileNumber));

    public string PathOf(string name) => Path + "/" + name;

    /// <summary>Numbers of the log files, ascending. Names that no log file bears are passed over; a file missing under its own name shows as a gap.</summary>
    public List<ulong> ListFileNumbers()
    {
        var numbers = new List<ulong>();
        foreach (string name in FileSystem.ListFiles(Path))
        {
            if (WalFormat.TryParseFileName(name, out ulong number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Makes the next file aside, with all its room. A failure leaves the log as it was: nothing has its final name yet.</summary>
    public void Prepare(in WalFileHeader header)
    {
        string aside = PathOf(header.FileNumber) + WalFormat.UnfinishedSuffix;
        if (FileSystem.FileExists(aside))
            FileSystem.DeleteFile(aside);

        try
        {
            byte[] page = new byte[WalFormat.FileHeaderBytes];
            header.Write(page);
            using var file = FileSystem.CreateFile(aside);
            file.Preallocate(header.FileBytes);
            file.Write(page, 0);
            file.SyncData();
        }
        catch (StorageException)
        {
            Discard(aside);
            throw;
        }
    }

    /// <summary>Gives a prepared file its name. After a failure nobody knows which files the directory will show after a crash.</summary>
    public WalFile Publish(in WalFileHeader header)
    {
        string target = PathOf(header.FileNumber);
        FileSystem.Rename(target + WalFormat.UnfinishedSuffix, target);
        FileSystem.SyncDirectory(Path);
        return new WalFile(target, header);
    }

    public IFile OpenForAppending(WalFile file) => FileSystem.OpenFile(file.Path, FileAccessMode.ReadWrite);

    /// <summary>Removes the oldest file. The directory is synced at once: two removals whose order a power loss may swap could leave a gap.</summary>
    public void Delete(WalFile file)
    {
        FileSystem.DeleteFile(file.Path);
        FileSystem.SyncDirectory(Path);
    }

    /// <summary>Gives back the room of a file that could not be made. Where even that fails, the next attempt or the next start-up deletes it.</summary>
    private void Discard(string aside)
    {
        try
        {
            if (FileSystem.FileExists(aside))
                FileSystem.DeleteFile(aside);
        }
        catch (StorageException)
        {
            // The failure that brought us here is the one worth reporting.
        }
    }
}
