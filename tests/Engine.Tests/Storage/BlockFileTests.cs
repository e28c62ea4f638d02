using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

public sealed class BlockFileTests
{
    private const string FilePath = "/f.block";
    private const int BlockBytes = BlockFileFormat.BlockBytes;
    private const int BufferBytes = 1024 * 1024;

    private readonly SimulatedFileSystem _disk = new();

    public static TheoryData<int> BodySizes =>
        [0, 1, 511, 512, BlockBytes - 1, BlockBytes, BlockBytes + 1, (2 * BlockBytes) - 1, 100_000, BufferBytes - 1, BufferBytes, BufferBytes + 1, (3 * BufferBytes) + 5000];

    [Theory]
    [MemberData(nameof(BodySizes))]
    public void WhatIsWritten_InAnyPieces_IsRead(int bodyBytes)
    {
        byte[] body = Body(bodyBytes);
        var random = new Random(bodyBytes);
        var summary = Write(body, pieceBytes: () => random.Next(1, 200_000));
        Assert.Equal("f.block", summary.Name);
        Assert.Equal(BlockFileFormat.FileBytes(bodyBytes), summary.Bytes);
        Assert.Equal(summary.Bytes, _disk.LiveBytes(FilePath).Length);

        using var reader = BlockFileReader.Open(_disk, FilePath, BlockFileKind.SegmentGraph, versionMax: 9, summary);
        Assert.Equal(bodyBytes, reader.BodyBytes);
        Assert.Equal(7u, reader.Version);
        reader.VerifyAll();

        byte[] whole = new byte[bodyBytes];
        reader.Read(whole, 0);
        Assert.Equal(body, whole);

        for (int attempt = 0; attempt < 100; attempt++)
        {
            int offset = random.Next(bodyBytes + 1);
            byte[] part = new byte[Math.Min(random.Next(20_000), bodyBytes - offset)];
            reader.Read(part, offset);
            Assert.True(body.AsSpan(offset, part.Length).SequenceEqual(part), $"{part.Length} bytes at {offset}");
        }
    }

    [Fact]
    public void Bytes_DoNotDependOnThePiecesTheyWereWrittenIn()
    {
        byte[] body = Body(BufferBytes + 5000);
        var first = Write(body, pieceBytes: () => body.Length);
        byte[] firstFile = _disk.LiveBytes(FilePath);
        _disk.DeleteFile(FilePath);
        var second = Write(body, pieceBytes: () => 4097);
        Assert.Equal(first, second);
        Assert.Equal(firstFile, _disk.LiveBytes(FilePath));
    }

    [Fact]
    public void Complete_MakesTheContentsDurable()
    {
        var summary = Write(Body(10_000));
        _disk.SyncDirectory("/");
        var after = _disk.Crash();
        using var reader = BlockFileReader.Open(after, FilePath, BlockFileKind.SegmentGraph, 7, summary);
        reader.VerifyAll();
    }

    [Fact]
    public void Dispose_WithoutComplete_LeavesAFileThatNoReaderAccepts()
    {
        foreach (int bodyBytes in new[] { 0, 1, BlockBytes, BufferBytes, BufferBytes + 1 })
        {
            using (var writer = new BlockFileWriter(_disk, FilePath, BlockFileKind.SegmentGraph, 7))
                writer.Write(Body(bodyBytes));

            Assert.Throws<CorruptDataException>(() => Open());
            _disk.DeleteFile(FilePath);
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5001)]
    [InlineData(5001, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, 1)]
    public void Read_OutsideTheBody_IsReportedAsDamage(long offset, int count)
    {
        // Offsets come from other files: one that points nowhere is damage, not a bug.
        Write(Body(5000));
        using var reader = Open();
        Assert.Equal(5000, Assert.Throws<CorruptDataException>(() => reader.Read(new byte[count], offset)).OffsetBytes);
    }

    [Fact]
    public void Read_FromManyThreads_GivesEachItsBytes()
    {
        byte[] body = Body(500_000);
        Write(body);
        using var reader = Open();
        Parallel.For(0, 64, piece =>
        {
            byte[] part = new byte[7000];
            reader.Read(part, piece * 7000);
            Assert.True(body.AsSpan(piece * 7000, part.Length).SequenceEqual(part));
        });
    }

    [Fact]
    public void VerifyAll_WhenCancelled_Stops()
    {
        Write(Body(5000));
        using var reader = Open();
        Assert.Throws<OperationCanceledException>(() => reader.VerifyAll(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Write_OnAFullDisk_ReportsItAndLeavesNothingThatReads()
    {
        _disk.CapacityBytes = 20 * BlockBytes;
        Assert.Throws<StorageException>(() => Write(Body(BufferBytes)));
        Assert.Throws<CorruptDataException>(() => Open());
    }

    private BlockFileReader Open() => BlockFileReader.Open(_disk, FilePath, BlockFileKind.SegmentGraph, versionMax: 7);

    private BlockFileSummary Write(byte[] body, Func<int>? pieceBytes = null)
    {
        using var writer = new BlockFileWriter(_disk, FilePath, BlockFileKind.SegmentGraph, version: 7);
        for (int offset = 0; offset < body.Length;)
        {
            int count = Math.Min(pieceBytes?.Invoke() ?? body.Length, body.Length - offset);
            writer.Write(body.AsSpan(offset, count));
            offset += count;
            Assert.Equal(offset, writer.BodyBytes);
        }

        return writer.Complete();
    }

    private static byte[] Body(int count)
    {
        byte[] body = new byte[count];
        new Random(count).NextBytes(body);
        return body;
    }
}
