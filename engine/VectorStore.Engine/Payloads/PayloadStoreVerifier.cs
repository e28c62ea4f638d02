using System.Buffers;
using System.Buffers.Binary;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>Reads the files of a store on FASTER back, as far as a checkpoint proves what they hold, and changes none. The store may be in use: what a checkpoint covers never changes.</summary>
/// <remarks>A checkpoint that is not there is no damage: the store was made anew, or its directory deleted, and nothing claims to be in it.</remarks>
internal static class PayloadStoreVerifier
{
    private const int BlockBytes = PayloadDeviceFormat.BlockBytes;
    private const int BlocksPerRead = 256;

    /// <summary>Checks each file.</summary>
    /// <param name="fileSystem">Where.</param>
    /// <param name="directory">Of the store.</param>
    /// <param name="checkpoint">What the manifest names.</param>
    /// <param name="check">Runs the check of one file, which returns bytes read and throws at damage; returns whether there was none.</param>
    /// <param name="onRead">Told of bytes that a check does not return.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    public static void Verify(
        IFileSystem fileSystem, string directory, PayloadCheckpoint checkpoint, Func<Func<long>, bool> check, Action<long> onRead, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(checkpoint.Token, "N", out var token) || FasterSizing.Parse(checkpoint.Sizing) is not { } sizing)
            return;

        string path = $"{directory}/{PayloadDeviceFormat.CheckpointName(token)}";
        if (!fileSystem.FileExists(path))
            return;

        PayloadCheckpointFile file = null!;
        bool isWhole = check(() =>
        {
            file = PayloadCheckpointFile.Read(fileSystem, path);
            if (file.Token != token || file.Lsn != checkpoint.Lsn || file.Sizing != checkpoint.Sizing)
                throw new CorruptDataException(path, 16, $"the file holds checkpoint {file.Token:N} of log position {file.Lsn}, asked was {checkpoint}");

            return file.ToBytes().Length;
        });
        if (!isWhole || file.EndAddress <= PayloadDeviceFormat.FirstAddress)
            return;

        // Checksums first: only once they are proven can a block be blamed.
        int segments = (int)((file.EndAddress + sizing.SegmentBytes - 1) / sizing.SegmentBytes);
        byte[][] checksums = new byte[segments][];
        bool areChecksumsWhole = true;
        uint all = 0;
        for (int segment = 0; segment < segments; segment++)
        {
            int number = segment;
            areChecksumsWhole &= check(() => ReadChecksums(fileSystem, directory, number, BlocksOf(file, sizing, number), out checksums[number]));
            all = checksums[number] is { } read ? Crc32C.Append(all, read) : all;
        }

        if (areChecksumsWhole && all != file.BlocksChecksum)
        {
            areChecksumsWhole = check(() => throw new CorruptDataException(
                $"{directory}/{PayloadDeviceFormat.SideName(0)}", PayloadDeviceFormat.SideHeaderBytes, $"expected checksums of {segments} files with crc32c 0x{file.BlocksChecksum:x}, found 0x{all:x}"));
        }

        for (int segment = 0; segment < segments; segment++)
        {
            int number = segment;
            check(() => ReadBlocks(fileSystem, directory, number, file, sizing, areChecksumsWhole ? checksums[number] : [], onRead, cancellationToken));
        }
    }

    /// <summary>Blocks of a file that lie whole before the end of the checkpoint.</summary>
    private static int BlocksOf(PayloadCheckpointFile file, FasterSizing sizing, int segment) =>
        (int)(Math.Min(sizing.SegmentBytes, file.EndAddress - (segment * sizing.SegmentBytes)) / BlockBytes);

    private static long ReadChecksums(IFileSystem fileSystem, string directory, int segment, int blocks, out byte[] checksums)
    {
        checksums = null!;
        string path = $"{directory}/{PayloadDeviceFormat.SideName(segment)}";
        using var side = OpenExisting(fileSystem, path);
        byte[] bytes = new byte[PayloadDeviceFormat.SideHeaderBytes + (blocks * sizeof(uint))];
        side.ReadExactly(bytes, 0);
        PayloadDeviceFormat.CheckSideHeader(bytes.AsSpan(0, PayloadDeviceFormat.SideHeaderBytes), segment, path);
        checksums = bytes[PayloadDeviceFormat.SideHeaderBytes..];
        return bytes.Length;
    }

    private static long ReadBlocks(
        IFileSystem fileSystem, string directory, int segment, PayloadCheckpointFile file, FasterSizing sizing, byte[] checksums, Action<long> onRead, CancellationToken cancellationToken)
    {
        using var log = OpenExisting(fileSystem, $"{directory}/{PayloadDeviceFormat.SegmentName(segment)}");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlocksPerRead * BlockBytes);
        try
        {
            int blocks = BlocksOf(file, sizing, segment);
            for (int first = 0; first < blocks; first += BlocksPerRead)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = buffer.AsSpan(0, Math.Min(BlocksPerRead, blocks - first) * BlockBytes);
                log.ReadExactly(read, (long)first * BlockBytes);
                for (int block = 0; checksums.Length > 0 && block < read.Length / BlockBytes; block++)
                    Compare(log, first + block, BinaryPrimitives.ReadUInt32LittleEndian(checksums.AsSpan((first + block) * sizeof(uint))), read.Slice(block * BlockBytes, BlockBytes));

                onRead(read.Length);
            }

            int tailBytes = (int)(file.EndAddress % BlockBytes);
            if (file.EndAddress > (segment + 1) * sizing.SegmentBytes || tailBytes == 0)
                return 0;

            var tail = buffer.AsSpan(0, tailBytes);
            log.ReadExactly(tail, (long)blocks * BlockBytes);
            Compare(log, blocks, file.TailChecksum, tail);
            return tailBytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Compare(IFile log, int block, uint expected, ReadOnlySpan<byte> bytes)
    {
        uint found = Crc32C.Compute(bytes);
        if (found != expected)
            throw new CorruptDataException(log.Path, (long)block * BlockBytes, "block crc32c", expected, found);
    }

    private static IFile OpenExisting(IFileSystem fileSystem, string path) =>
        fileSystem.FileExists(path) ? fileSystem.OpenFile(path, FileAccessMode.Read) : throw new CorruptDataException(path, 0, "the file is missing");
}
