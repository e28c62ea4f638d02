using System.Buffers.Binary;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>
/// Damaged blocks of original vectors are read as if nobody compared their checksums: the last four bytes of each are chosen so that the checksum fits, and the damage stays. That is how an engine would understand them that copies
/// what it has mapped.
/// </summary>
internal sealed class CopiedUnchecked(IFileSystem disk) : SeamFileSystem(disk)
{
    private const uint Polynomial = 0x82F63B78;
    private const int BlockBytes = BlockFileFormat.BlockBytes;

    public override int Read(IFile file, Span<byte> buffer, long offset)
    {
        int read = base.Read(file, buffer, offset);
        long blocks = (file.Length - BlockFileFormat.TrailerBytes) / (BlockBytes + sizeof(uint));
        if (!file.Path.Contains("/vectors-", StringComparison.Ordinal) || offset % BlockBytes != 0)
            return read;

        Span<byte> entry = stackalloc byte[sizeof(uint)];
        for (int start = 0; start + BlockBytes <= read && (offset + start) / BlockBytes < blocks; start += BlockBytes)
        {
            base.Read(file, entry, (blocks * BlockBytes) + ((offset + start) / BlockBytes * sizeof(uint)));
            Fit(buffer.Slice(start, BlockBytes), BinaryPrimitives.ReadUInt32LittleEndian(entry));
        }

        return read;
    }

    /// <summary>Sets the last four bytes so that the checksum is this one. They are what they were where it is already.</summary>
    private static void Fit(Span<byte> block, uint checksum)
    {
        // Backwards through the four bytes: each step of a CRC can be undone.
        uint state = ~checksum;
        for (int bit = 0; bit < 32; bit++)
            state = (state & 0x8000_0000) != 0 ? ((state ^ Polynomial) << 1) | 1 : state << 1;

        BinaryPrimitives.WriteUInt32LittleEndian(block[^sizeof(uint)..], state ^ ~Crc32C.Compute(block[..^sizeof(uint)]));
    }
}
