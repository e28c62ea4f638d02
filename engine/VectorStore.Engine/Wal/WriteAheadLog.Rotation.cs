using System.Diagnostics.CodeAnalysis;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <content>The files of an open log: the active one, the next one, and those a checkpoint has made useless. Writer thread only.</content>
internal sealed partial class WriteAheadLog
{
    private const int WatermarkBytes = WalFormat.RecordHeaderBytes;

    // Oldest first; the last is the active one.
    private readonly List<WalFile> _files;
    private IFile _file;
    private uint _seed;
    private long _bytes;
    private long _filesRemoved;

    /// <summary>A file is only ever written within the length it was made with.</summary>
    private long FreeBytes => _files[^1].Header.FileBytes - _files[^1].UsedBytes;

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
        _files.Add(file);
        _file.Dispose();
        UseActiveFile(_directory.OpenForAppending(file));
        _coveredLsn = _durableLsn;
        CountBytes();

        full = null;
        return true;
    }

    private void Truncate(WalTruncation truncation)
    {
        _truncation = truncation;
        DeleteThrough(truncation.Lsn);

        StorageException? full = null;
        bool activeHasRecords = _nextLsn > _files[^1].Header.FirstLsn;
        if (activeHasRecords && _nextLsn - 1 <= truncation.Lsn && TryRotate(recordBytes: 0, out full))
            DeleteThrough(truncation.Lsn);

        _truncation = null;
        if (full is null)
            truncation.SetResult();
        else
            truncation.SetException(full);
    }

    /// <summary>Deletes from the oldest file on, so that a crash on the way leaves a log without gaps.</summary>
    private void DeleteThrough(ulong lsn)
    {
        while (_files.Count > 1 && _files[1].Header.FirstLsn - 1 <= lsn)
        {
            // Before: whoever misses the file must be able to tell why.
            Interlocked.Increment(ref _filesRemoved);
            _directory.Delete(_files[0]);
            _files.RemoveAt(0);
            CountBytes();
        }
    }

    [MemberNotNull(nameof(_file))]
    private void UseActiveFile(IFile file)
    {
        _file = file;
        _seed = _files[^1].Header.RecordSeed;
    }

    private void CountBytes()
    {
        long bytes = 0;
        foreach (var file in _files)
            bytes += file.UsedBytes;

        Volatile.Write(ref _bytes, bytes);
    }
}
