using System.Buffers.Binary;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

/// <summary>Whatever happens to the bytes of a sealed file: a typed error with file and place, and never a wrong byte.</summary>
public sealed class BlockFileDamageTests
{
    private const string FilePath = "/f.block";
    private const int BodyBytes = 9000;
    private const int Blocks = 3;
    private const int TableOffset = Blocks * BlockFileFormat.BlockBytes;
    private const int TrailerOffset = TableOffset + (Blocks * sizeof(uint));

    private readonly SimulatedFileSystem _disk = new();
    private readonly byte[] _body = new byte[BodyBytes];
    private readonly BlockFileSummary _summary;
    private readonly byte[] _file;

    public BlockFileDamageTests()
    {
        new Random(5).NextBytes(_body);
        _summary = WriteBody(FilePath, _body);
        _file = _disk.LiveBytes(FilePath);
        Assert.Equal(TrailerOffset + BlockFileFormat.TrailerBytes, _file.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFlippedBit_InAnyByte_IsReportedWhereItIs(bool knowsManifest)
    {
        for (int offset = 0; offset < _file.Length; offset++)
        {
            byte mask = (byte)(1 << (offset % 8));
            _disk.FlipBits(FilePath, offset, mask);

            var exception = Assert.ThrowsAny<VectorStoreException>(() => ReadAll(knowsManifest ? _summary : null));
            var damage = Assert.IsType<CorruptDataException>(exception);
            Assert.Equal(FilePath, damage.File);

            // Within the block, the table or the trailer that the byte is part of.
            long start = offset < TableOffset ? offset / BlockFileFormat.BlockBytes * BlockFileFormat.BlockBytes : offset < TrailerOffset ? TableOffset : TrailerOffset;
            Assert.InRange(damage.OffsetBytes, start, offset);
            _disk.FlipBits(FilePath, offset, mask);
        }

        Assert.Equal(_body, ReadAll(_summary));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ACutFile_IsReported(bool knowsManifest)
    {
        foreach (int length in Enumerable.Range(0, _file.Length / 512 + 1).Select(sector => sector * 512).Append(_file.Length - 1).Append(63).Append(64))
        {
            _disk.DamageLength(FilePath, length);
            var damage = Assert.Throws<CorruptDataException>(() => ReadAll(knowsManifest ? _summary : null));
            Assert.Equal(FilePath, damage.File);
            Assert.InRange(damage.OffsetBytes, 0, length);
            Restore();
        }
    }

    [Fact]
    public void AnExtendedFile_IsReported()
    {
        foreach (int extra in new[] { 1, 4, 63, 64, 512, 4096, 4100, 1 << 20 })
        {
            _disk.DamageLength(FilePath, _file.Length + extra);
            Assert.Throws<CorruptDataException>(() => ReadAll(null));
            Assert.Throws<CorruptDataException>(() => ReadAll(_summary));
            Restore();
        }
    }

    [Fact]
    public void ZeroedAndSwappedBlocks_AreReported()
    {
        for (int block = 0; block < Blocks; block++)
        {
            _disk.Damage(FilePath, block * BlockFileFormat.BlockBytes, new byte[BlockFileFormat.BlockBytes]);
            var damage = Assert.Throws<CorruptDataException>(() => ReadAll(_summary));
            Assert.Equal(block * BlockFileFormat.BlockBytes, damage.OffsetBytes);
            Restore();
        }

        _disk.Damage(FilePath, 0, _file.AsSpan(BlockFileFormat.BlockBytes, BlockFileFormat.BlockBytes));
        _disk.Damage(FilePath, BlockFileFormat.BlockBytes, _file.AsSpan(0, BlockFileFormat.BlockBytes));
        Assert.Equal(0, Assert.Throws<CorruptDataException>(() => ReadAll(_summary)).OffsetBytes);
    }

    [Fact]
    public void Read_OfAnUndamagedBlock_WorksBesideADamagedOne()
    {
        _disk.FlipBits(FilePath, 5000, 1);
        using var reader = Open(_summary);
        byte[] first = new byte[4096];
        reader.Read(first, 0);
        Assert.Equal(_body[..4096], first);

        Assert.Throws<CorruptDataException>(() => reader.Read(new byte[1], 8191));
        Assert.Throws<CorruptDataException>(() => reader.Read(new byte[5000], 0));
        Assert.Throws<CorruptDataException>(() => reader.VerifyAll());
    }

    [Fact]
    public void AnotherValidFileUnderTheName_IsNoticedThroughTheManifest()
    {
        _disk.DeleteFile(FilePath);
        byte[] other = [.. _body];
        other[0] ^= 1;
        WriteBody(FilePath, other);

        Assert.Equal(other, ReadAll(null));
        Assert.Throws<CorruptDataException>(() => ReadAll(_summary));
        Assert.Throws<CorruptDataException>(() => ReadAll(_summary with { Bytes = _summary.Bytes + 1 }));
    }

    [Fact]
    public void AnotherKindOfFile_IsReported()
    {
        var damage = Assert.Throws<CorruptDataException>(() => BlockFileReader.Open(_disk, FilePath, BlockFileKind.Manifest, versionMax: 1));
        Assert.Contains("kind", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFile_IsReportedAsDamage()
    {
        _disk.DeleteFile(FilePath);
        Assert.Contains("missing", Assert.Throws<CorruptDataException>(() => ReadAll(_summary)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 2u)]
    [InlineData(16, 3u)]
    public void AFutureVersion_IsATypedErrorWithItsNumber(int offset, uint version)
    {
        RewriteTrailer(trailer => BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(offset), version));
        var exception = Assert.Throws<UnsupportedFormatVersionException>(() => ReadAll(null));
        Assert.Equal(FilePath, exception.File);
        Assert.Equal(version, exception.VersionFound);
        Assert.Equal(version - 1, exception.VersionMax);
    }

    [Theory]
    [InlineData(0, 0xFFu)]
    [InlineData(8, 0u)]
    [InlineData(12, 99u)]
    [InlineData(16, 0u)]
    [InlineData(20, 1u)]
    [InlineData(24, 8999u - 4096)]
    [InlineData(24, 9000u + 4096)]
    [InlineData(28, 0x7FFF_FFFFu)]
    [InlineData(28, 0x8000_0000u)]
    [InlineData(32, 0u)]
    [InlineData(36, 1u)]
    [InlineData(56, 0x8000_0000u)]
    public void ATrailerThatLies_WithAGoodChecksum_IsReported(int offset, uint value)
    {
        RewriteTrailer(trailer => BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(offset), value));
        Assert.Equal(FilePath, Assert.Throws<CorruptDataException>(() => ReadAll(null)).File);
    }

    [Fact]
    public void RandomGarbage_OfAnyLength_IsReported()
    {
        const int Seed = 23;
        var random = new Random(Seed);
        for (int attempt = 0; attempt < 500; attempt++)
        {
            byte[] garbage = new byte[random.Next(20_000)];
            random.NextBytes(garbage);
            _disk.DamageLength(FilePath, garbage.Length);
            _disk.Damage(FilePath, 0, garbage);
            Assert.Throws<CorruptDataException>(() => ReadAll(null));
        }
    }

    [Fact]
    public void AFailedRead_IsAStorageError_NotDamage()
    {
        // EIO says nothing about the bytes: the caller must be able to tell a sick disk from a bad file.
        for (int read = 1; read <= 4; read++)
        {
            _disk.ClearFaults();
            _disk.FailCall(FileCallKind.Read, _disk.CountCalls(FileCallKind.Read) + read, StorageException.ErrnoIo);
            Assert.Equal(StorageException.ErrnoIo, Assert.Throws<StorageException>(() => ReadAll(_summary)).Errno);
        }
    }

    private void RewriteTrailer(Action<byte[]> change)
    {
        byte[] trailer = _file[TrailerOffset..];
        change(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(60), Crc32C.Compute(trailer.AsSpan(0, 60)));
        _disk.Damage(FilePath, TrailerOffset, trailer);
    }

    private void Restore()
    {
        _disk.DamageLength(FilePath, _file.Length);
        _disk.Damage(FilePath, 0, _file);
    }

    private BlockFileReader Open(BlockFileSummary? expected) =>
        BlockFileReader.Open(_disk, FilePath, BlockFileKind.SegmentVectors, versionMax: 2, expected);

    private byte[] ReadAll(BlockFileSummary? expected)
    {
        using var reader = Open(expected);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        return body;
    }

    private BlockFileSummary WriteBody(string path, byte[] body)
    {
        using var writer = new BlockFileWriter(_disk, path, BlockFileKind.SegmentVectors, version: 2);
        writer.Write(body);
        return writer.Complete();
    }
}
