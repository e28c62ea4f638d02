using System.Diagnostics.CodeAnalysis;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <content>The files of an open log: the active one, the next one, and those a checkpoint has made useless. Writer thread only.</content>
internal sealed partial class WriteAheadLog
{
    private const int WatermarkBytes = WalFormat.RecordHeaderBytes;

    // Oldest first; the last is the active one.
    private readonly List<WalFile> _files;
    private WalFile[] _shownFiles;
    private IFile _file;
    private uint _seed;
    private WalClosedFile[] _closedFiles = [];
    private long _bytes;
    private long _filesRemoved;

    /// <summary>A file is only ever written within the length it was made with.</summary>
    private long FreeBytes => _files[^1].Header.FileBytes - _files[^1].UsedBytes;

    /// <summary>What telling the time takes; nothing where the log does not.</summary>
    private int ClockBytes => _options.Archive is null ? 0 : WalFormat.RecordBytes(WalFormat.ClockBodyBytes);

    /// <summary>Free bytes for data: a closing watermark always finds room behind it.</summary>
    private long RoomBytes => FreeBytes - WatermarkBytes;

    /// <summary>Goes on in a new file with room for a record. On a full disk nothing has changed and it may be tried again; all else throws.</summary>
    private bool TryRotate(int recordBytes, [NotNullWhen(false)] out StorageException? full)
    {
        // The header of the new file says that everything before it is durable.
        Sync();

        long fileBytes = Math.Max(_options.FileBytes, (long)WalFormat.FileHeaderBytes + recordBytes + WatermarkBytes);
        var header = new WalFileHeader(
            _collectionId, _options.NewFileId(), _files[^1].Header.FileNumber + 1, _nextLsn, _previousCrc, fileBytes);
        try
        {
            _directory.Prepare(header);
        }
        catch (StorageException exception) when (exception.Reason == ErrorReason.StorageFull)
        {
            full = exception;
            return false;
        }

        var file = _directory.Publish(header);
        var closed = _files[^1];
        _files.Add(file);
        Volatile.Write(ref _closedFiles, [.. _closedFiles, new WalClosedFile(closed.Path, closed.Header, header, closed.UsedBytes)]);
        _file.Dispose();
        UseActiveFile(_directory.OpenForAppending(file));
        _coveredLsn = _durableLsn;
        ShowFiles();

        full = null;
        return true;
    }

    private void Truncate(WalTruncation truncation)
    {
        _truncation = truncation;
        StorageException? problem = null;
        bool activeHasRecords = _nextLsn > _files[^1].Header.FirstLsn;
        if (TryDeleteThrough(truncation.Lsn, out problem) && activeHasRecords && _nextLsn - 1 <= truncation.Lsn && TryRotate(recordBytes: 0, out problem))
            TryDeleteThrough(truncation.Lsn, out problem);

        TidyArchive();
        _truncation = null;
        if (problem is null)
            truncation.SetResult();
        else
            truncation.SetException(problem);
    }

    /// <summary>Deletes from the oldest file on, so that a crash on the way leaves a log without gaps. Where the archive cannot take a file, it stays, and nothing is wrong with the log.</summary>
    private bool TryDeleteThrough(ulong lsn, [NotNullWhen(false)] out StorageException? problem)
    {
        problem = null;
        while (_files.Count > 1 && _files[1].Header.FirstLsn - 1 <= lsn)
        {
            try
            {
                _options.Archive?.Keep(_collectionId, _files[0].Path);
            }
            catch (StorageException exception)
            {
                problem = exception;
                return false;
            }

            // Before: whoever misses the file must be able to tell why.
            Interlocked.Increment(ref _filesRemoved);
            Volatile.Write(ref _closedFiles, _closedFiles[1..]);
            _directory.Delete(_files[0]);
            _files.RemoveAt(0);
            ShowFiles();
        }

        return true;
    }

    /// <summary>Removes what is too old from the archive. What cannot be read or removed there stays until the next time, and is no concern of the log.</summary>
    private void TidyArchive()
    {
        try
        {
            _options.Archive?.Prune(_collectionId);
        }
        catch (VectorStoreException)
        {
            // Whoever restores from the archive is told.
        }
    }

    [MemberNotNull(nameof(_file))]
    private void UseActiveFile(IFile file)
    {
        _file = file;
        _clock = null;
        _seed = _files[^1].Header.RecordSeed;
    }

    [MemberNotNull(nameof(_shownFiles))]
    private void ShowFiles()
    {
        Volatile.Write(ref _shownFiles, [.. _files]);
        CountBytes();
    }

    private void CountBytes()
    {
        long bytes = 0;
        foreach (var file in _files)
            bytes += file.UsedBytes;

        Volatile.Write(ref _bytes, bytes);
    }
}
