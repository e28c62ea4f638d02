using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>Golden bytes of docs/format/payload-device.md, made by other code than ours: they change only with the version.</summary>
public sealed class PayloadDeviceFormatTests
{
    private const string GoldenSideHeader = "56535041594352430100000000100000070000000000000000000000A3B49C39";

    private const string GoldenKey = "EFCDAB89674523011032547698BADCFE4D000000000000000100008003000000";

    private const string GoldenCheckpoint =
        "5653504159434B5001000000000000000123456789ABCDEF0123456789ABCDEF" +
        "2A000000000000007011010000000000DDCCBBAA44332211E8FD000000000000" +
        "0B00000002000000696E6465783D3635353336350A0303DF44";

    private static readonly PayloadCheckpointFile s_checkpoint = new(
        Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"), 42, 70_000, 0xAABBCCDD, 0x11223344, 65_000, "index=65536", [(byte)'5', (byte)'\n']);

    [Fact]
    public void SideHeader_HasItsGoldenBytes()
    {
        byte[] header = new byte[PayloadDeviceFormat.SideHeaderBytes];
        PayloadDeviceFormat.WriteSideHeader(header, 7);
        Assert.Equal(GoldenSideHeader, Convert.ToHexString(header));
        PayloadDeviceFormat.CheckSideHeader(header, 7, "side");
        Assert.Throws<CorruptDataException>(() => PayloadDeviceFormat.CheckSideHeader(header, 8, "side"));
    }

    [Fact]
    public void Checkpoint_HasItsGoldenBytes()
    {
        Assert.Equal(GoldenCheckpoint, Convert.ToHexString(s_checkpoint.ToBytes()));

        var disk = new SimulatedFileSystem();
        using (var file = disk.CreateFile("/checkpoint"))
            file.Write(Convert.FromHexString(GoldenCheckpoint), 0);
        var read = PayloadCheckpointFile.Read(disk, "/checkpoint");
        Assert.Equal(s_checkpoint with { Metadata = read.Metadata }, read);
        Assert.Equal(s_checkpoint.Metadata, read.Metadata);
    }

    [Fact]
    public void Key_HasItsGoldenBytes()
    {
        var key = new FasterKey(new PayloadKey(PointId.FromParts(PointIdKind.Uuid, 0x0123456789abcdef, 0xfedcba9876543210), 77), part: 3);
        Assert.Equal(GoldenKey, Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<FasterKey>(in key))));
    }

    [Fact]
    public void Versions_OfTheFuture_AreRefusedByName()
    {
        byte[] header = Convert.FromHexString(GoldenSideHeader);
        header[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Crc32C.Compute(header.AsSpan(0, 28)));
        Assert.Equal(2, Assert.Throws<UnsupportedFormatVersionException>(() => PayloadDeviceFormat.CheckSideHeader(header, 7, "side")).VersionFound);

        byte[] checkpoint = Convert.FromHexString(GoldenCheckpoint);
        checkpoint[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(checkpoint.AsSpan(^4), Crc32C.Compute(checkpoint.AsSpan(..^4)));
        var disk = new SimulatedFileSystem();
        using (var file = disk.CreateFile("/checkpoint"))
            file.Write(checkpoint, 0);
        Assert.Equal(2, Assert.Throws<UnsupportedFormatVersionException>(() => PayloadCheckpointFile.Read(disk, "/checkpoint")).VersionFound);
    }

    [Fact]
    public void Log_IsDescribedByItsSideFileBlockByBlock()
    {
        var disk = new SimulatedFileSystem();
        var store = new FasterPayloadStoreProvider(disk).Create("/p", 0);
        for (ulong id = 0; id < 100; id++)
            store.Put(new PayloadKey(id, 1), PayloadStoreContract.Value(id, 500));
        var checkpoint = store.Checkpoint(1);
        store.Dispose();

        Assert.Equal([$"/p/checkpoint-{checkpoint.Token}", "/p/log.0", "/p/log.0.crc"], disk.AllFiles());
        byte[] log = disk.DurableBytes("/p/log.0");
        byte[] side = disk.DurableBytes("/p/log.0.crc");
        Assert.Equal(0, log.Length % 4096);
        Assert.Equal(32 + (log.Length / 4096 * 4), side.Length);
        for (int block = 0; block < log.Length / 4096; block++)
            Assert.Equal(Crc32C.Compute(log.AsSpan(block * 4096, 4096)), BinaryPrimitives.ReadUInt32LittleEndian(side.AsSpan(32 + (block * 4))));
    }
}
