using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>Makes all checksums of sealed files fit what the files hold, those in manifests included: as if nobody compared them.</summary>
internal static class BlockChecksums
{
    public static void Refit(SimulatedFileSystem disk)
    {
        var changed = new Dictionary<uint, uint>();
        foreach (string path in disk.AllFiles().Where(path => path.EndsWith(".seg", StringComparison.Ordinal)))
        {
            byte[] bytes = disk.LiveBytes(path);
            if (BlockCount(bytes.Length) is not { } blocks)
                continue;

            uint before = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)));
            uint after = Seal(bytes, blocks);
            if (before == after)
                continue;

            changed[before] = after;
            disk.Damage(path, 0, bytes);
        }

        if (changed.Count == 0)
            return;

        foreach (string path in disk.AllFiles().Where(path => path.Contains("/MANIFEST-", StringComparison.Ordinal)))
            RefitManifest(disk, path, changed);
    }

    private static void RefitManifest(SimulatedFileSystem disk, string path, Dictionary<uint, uint> changed)
    {
        byte[] bytes = disk.LiveBytes(path);
        if (BlockCount(bytes.Length) is not { } blocks)
            return;

        var trailer = bytes.AsSpan(bytes.Length - BlockFileFormat.TrailerBytes);
        int bodyBytes = (int)BinaryPrimitives.ReadInt64LittleEndian(trailer[24..]);
        string body = Encoding.UTF8.GetString(bytes, 0, bodyBytes);
        foreach (var (before, after) in changed)
            body = body.Replace(Number(before), Number(after), StringComparison.Ordinal);

        byte[] rewritten = Encoding.UTF8.GetBytes(body);
        if (BlockFileFormat.BlockCount(rewritten.Length) != blocks)
            return;

        bytes.AsSpan(0, (int)blocks * BlockFileFormat.BlockBytes).Clear();
        rewritten.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[24..], rewritten.Length);
        Seal(bytes, blocks);
        disk.Damage(path, 0, bytes);

        static string Number(uint checksum) => string.Create(CultureInfo.InvariantCulture, $"\"checksum\":{checksum}");
    }

    private static long? BlockCount(long fileBytes)
    {
        long blocks = (fileBytes - BlockFileFormat.TrailerBytes) / (BlockFileFormat.BlockBytes + sizeof(uint));
        return fileBytes >= BlockFileFormat.TrailerBytes && BlockFileFormat.FileBytes(blocks * BlockFileFormat.BlockBytes) == fileBytes ? blocks : null;
    }

    /// <returns>The checksum of the trailer.</returns>
    private static uint Seal(Span<byte> bytes, long blocks)
    {
        var table = bytes.Slice((int)blocks * BlockFileFormat.BlockBytes, (int)blocks * sizeof(uint));
        for (int block = 0; block < blocks; block++)
            BinaryPrimitives.WriteUInt32LittleEndian(table[(block * sizeof(uint))..], Crc32C.Compute(bytes.Slice(block * BlockFileFormat.BlockBytes, BlockFileFormat.BlockBytes)));

        var trailer = bytes[^BlockFileFormat.TrailerBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[32..], Crc32C.Compute(table));
        uint checksum = Crc32C.Compute(trailer[..60]);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[60..], checksum);
        return checksum;
    }
}
