using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Wal;

/// <summary>Looks behind the place where reading had to stop, for what still proves itself.</summary>
internal static class WalScanner
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Tries every place in the rest of a file where a record header could be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="from">Where reading stopped; a multiple of <see cref="WalFormat.RecordAlignment"/>.</param>
    /// <param name="seed">Of the file.</param>
    /// <param name="missingLsn">The LSN that was not found at <paramref name="from"/>.</param>
    /// <remarks>
    /// A header is evidence even where its body is damaged: whoever wrote it knew how far the log was durable. Linear in the length of
    /// the file, whatever the bytes are. A user's payload cannot fake a header, because the checksum starts from the file's random UUID.
    /// </remarks>
    public static WalScan Scan(IFile file, long from, uint seed, ulong missingLsn)
    {
        long length = file.Length;
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferBytes, length - from));
        long dataEnd = from;
        ulong durableLsn = 0;
        ulong resumesAtLsn = 0;

        for (long start = from; start < length;)
        {
            int read = (int)Math.Min(BufferBytes, length - start);
            var bytes = buffer.AsSpan(0, read);
            file.ReadExactly(bytes, start);

            int lastNonZero = bytes.LastIndexOfAnyExcept((byte)0);
            if (lastNonZero >= 0)
            {
                dataEnd = start + lastNonZero + 1;
                for (int at = 0; at <= lastNonZero && at + WalFormat.RecordHeaderBytes <= read; at += WalFormat.RecordAlignment)
                {
                    if (!WalRecordHeader.TryRead(bytes[at..], seed, out var header))
                        continue;

                    durableLsn = Math.Max(durableLsn, header.DurableLsn);
                    if (header.Lsn > missingLsn && (resumesAtLsn == 0 || header.Lsn < resumesAtLsn))
                        resumesAtLsn = header.Lsn;
                }
            }

            if (start + read == length)
                break;

            // The next piece begins early enough to see the headers that this one shows only half of.
            start += read - WalFormat.RecordHeaderBytes + WalFormat.RecordAlignment;
        }

        return new WalScan(durableLsn, resumesAtLsn, dataEnd);
    }
}
