using System.Buffers.Binary;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>Rewrites the log files of all collections where they lie, with checksums and chain that fit: as if whoever replays them read them so.</summary>
internal static class LogRewriting
{
    /// <summary>Changes the bodies of records; what it returns must be as long, all together, as what it gets.</summary>
    /// <param name="disk">Where; no process has the files open.</param>
    /// <param name="change">Kinds and bodies of one file, in order; changed in place.</param>
    /// <param name="compareChecksums">Whether records end at the first that is not what was written.</param>
    public static void Rewrite(ITestDisk disk, Action<List<(ushort Kind, byte[] Body)>> change, bool compareChecksums = true)
    {
        foreach (var log in disk.AllFiles().Where(LogPaths.IsLog).GroupBy(FileSystemExtensions.Parent))
        {
            uint? previousCrc = null;
            foreach (string path in log.Order(StringComparer.Ordinal))
            {
                if (RewriteFile(disk, path, previousCrc, change, compareChecksums) is not { } last)
                    break;

                previousCrc = last;
            }
        }
    }

    /// <returns>Checksum of the last record's header; null where the file is none.</returns>
    private static uint? RewriteFile(ITestDisk disk, string path, uint? previousCrc, Action<List<(ushort Kind, byte[] Body)>> change, bool compareChecksums)
    {
        byte[] bytes = disk.LiveBytes(path);
        WalFileHeader header;
        try
        {
            header = WalFileHeader.Read(path, bytes.AsSpan(0, Math.Min(bytes.Length, WalFormat.FileHeaderBytes)));
        }
        catch (Exception problem) when (problem is CorruptDataException or ArgumentException or UnsupportedFormatVersionException)
        {
            return null;
        }

        header = header with { PreviousCrc = previousCrc ?? header.PreviousCrc };
        var records = new List<(ushort Kind, byte[] Body)>();
        var durable = new List<ulong>();
        long offset = WalFormat.FileHeaderBytes;
        while (ReadRecord(bytes.AsSpan((int)offset), header, (ulong)records.Count, compareChecksums) is var (kind, durableLsn, body))
        {
            records.Add((kind, body));
            durable.Add(durableLsn);
            offset += WalFormat.RecordBytes(body.Length);
        }

        change(records);
        byte[] rewritten = bytes.ToArray();
        header.Write(rewritten);
        uint crc = header.PreviousCrc;
        int position = WalFormat.FileHeaderBytes;
        for (int index = 0; index < records.Count; index++)
        {
            crc = WalRecordHeader.WriteRecord(rewritten.AsSpan(position), header.RecordSeed, header.FirstLsn + (ulong)index, durable[index], records[index].Kind, crc, records[index].Body);
            position += WalFormat.RecordBytes(records[index].Body.Length);
        }

        Assert.Equal(offset, position);
        if (!rewritten.AsSpan().SequenceEqual(bytes))
            disk.Damage(path, 0, rewritten);

        return crc;
    }

    private static (ushort Kind, ulong DurableLsn, byte[] Body)? ReadRecord(ReadOnlySpan<byte> bytes, in WalFileHeader header, ulong index, bool compareChecksums)
    {
        if (bytes.Length < WalFormat.RecordHeaderBytes)
            return null;
        if (compareChecksums && !WalRecordHeader.TryRead(bytes, header.RecordSeed, out _))
            return null;

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        ulong lsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (lsn != header.FirstLsn + index || length < 0 || length > bytes.Length - WalFormat.RecordHeaderBytes || WalFormat.RecordBytes(length) > bytes.Length)
            return null;

        ulong durableLsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ushort kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        return (kind, durableLsn, bytes.Slice(WalFormat.RecordHeaderBytes, length).ToArray());
    }
}
