using System.Text;
using FASTER.core;

namespace VectorStore.Engine.Payloads;

/// <summary>FASTER's own text of a checkpoint: what of it is asked, and what of it is said otherwise when the log is reopened.</summary>
internal static class FasterMetadata
{
    /// <summary>Address at which the log of the checkpoint ends.</summary>
    public static long EndAddressOf(byte[] metadata) => Read(metadata, out _).finalLogicalAddress;

    /// <summary>The same checkpoint for a log with any memory.</summary>
    /// <remarks>
    /// FASTER takes the address at which the log's part in memory began from here, unless its memory has become smaller. Where it has become larger, the pages below are in memory after the recovery, too, but FASTER
    /// takes their places for empty: new pages begin with bytes of old ones, and what is left over at their ends is taken for records at the next recovery, which then loses values or kills the process. Said that the part
    /// in memory begins with the log, FASTER lets it begin where its pages in memory do. Sessions are left out: none of ours is ever continued.
    /// </remarks>
    public static byte[] ForAnyMemory(byte[] metadata)
    {
        var info = Read(metadata, out string cookie);
        info.headAddress = info.beginAddress;
        info.checkpointTokens = new();
        return [.. info.ToByteArray(), .. Encoding.UTF8.GetBytes(cookie)];
    }

    private static HybridLogRecoveryInfo Read(byte[] metadata, out string cookie)
    {
        var info = default(HybridLogRecoveryInfo);
        using var reader = new StreamReader(new MemoryStream(metadata));
        info.Initialize(reader);
        cookie = reader.ReadToEnd();
        return info;
    }
}
