using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>What is a log file of a collection, for the bugs of the log.</summary>
internal static class LogPaths
{
    public static bool IsLog(string path) => path.EndsWith(".wal", StringComparison.Ordinal) && !path.Contains("/snapshots/", StringComparison.Ordinal);
}

/// <summary>Each sync makes durable what was written before the last write; that one only by the next.</summary>
internal sealed class AcknowledgedBeforeSync(IFileSystem disk) : SeamFileSystem(disk)
{
    private readonly Dictionary<IFile, (byte[] Bytes, long Offset)> _late = [];

    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        if (!LogPaths.IsLog(file.Path) || offset < WalFormat.FileHeaderBytes)
        {
            base.Write(file, buffer, offset);
            return;
        }

        lock (_late)
        {
            if (_late.Remove(file, out var late))
                file.Write(late.Bytes, late.Offset);

            _late[file] = (buffer.ToArray(), offset);
        }
    }

    public override void SyncData(IFile file)
    {
        base.SyncData(file);
        lock (_late)
        {
            if (_late.Remove(file, out var late))
                file.Write(late.Bytes, late.Offset);
        }
    }
}

/// <summary>Opening a log sees all of its newest file but the last record.</summary>
internal sealed class ReplayStopsEarly(IFileSystem disk) : SeamFileSystem(disk)
{
    private readonly Dictionary<string, (long From, long To)> _hidden = [];
    private readonly HashSet<string> _written = [];

    public override IFile OpenFile(string path, FileAccessMode mode)
    {
        if (LogPaths.IsLog(path) && mode == FileAccessMode.Read && !_written.Contains(path) && !_hidden.ContainsKey(path) && LastRecord(path) is { } last)
            _hidden[path] = last;

        return base.OpenFile(path, mode);
    }

    public override int Read(IFile file, Span<byte> buffer, long offset)
    {
        int read = base.Read(file, buffer, offset);
        if (_hidden.TryGetValue(file.Path, out var hidden))
        {
            long from = Math.Max(hidden.From, offset);
            long to = Math.Min(hidden.To, offset + read);
            if (from < to)
                buffer[(int)(from - offset)..(int)(to - offset)].Clear();
        }

        return read;
    }

    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        _written.Add(file.Path);
        _hidden.Remove(file.Path);
        base.Write(file, buffer, offset);
    }

    private (long From, long To)? LastRecord(string path)
    {
        using var reader = new WalReader(Disk.OpenFile(path, FileAccessMode.Read), ReadHeader(path));
        long last = 0;
        for (long offset = reader.Offset; reader.TryRead(out _, out _); offset = reader.Offset)
            last = offset;

        return last == 0 ? null : (last, reader.Offset);
    }

    private WalFileHeader ReadHeader(string path)
    {
        using var file = Disk.OpenFile(path, FileAccessMode.Read);
        return WalReader.ReadHeader(file);
    }
}

/// <summary>What recovery writes again because only the cache may have it is not: the bytes are there, after all.</summary>
internal sealed class DoubtfulTailKept(IFileSystem disk) : SeamFileSystem(disk)
{
    public override void Write(IFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        byte[] there = new byte[buffer.Length];
        if (LogPaths.IsLog(file.Path) && file.Read(there, offset) == there.Length && buffer.SequenceEqual(there))
            return;

        base.Write(file, buffer, offset);
    }
}
