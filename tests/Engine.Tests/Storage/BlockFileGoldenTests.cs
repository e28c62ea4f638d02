using System.Text;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Tests.Storage;

/// <summary>The bytes that docs/format/block-file.md describes, frozen: files of today must open for ever.</summary>
public sealed class BlockFileGoldenTests
{
    private const string EmptyFile =
        "5653424c4f434b3101000000010000000100000000000000000000000000000000000000000000000000000000000000" +
        "0000000000000000000000003ac92b9e";

    private const string TableAndTrailer =
        "d6dc97a15653424c4f434b31010000000100000001000000000000000b00000000000000079a64e80000000000000000" +
        "000000000000000000000000000000003aea6218";

    [Fact]
    public void AnEmptyBody_IsOnlyATrailer() => Assert.Equal(EmptyFile, Convert.ToHexStringLower(Write([])));

    [Fact]
    public void ASmallBody_HasExactlyTheseBytes()
    {
        byte[] body = Encoding.ASCII.GetBytes("VectorStore");
        byte[] file = Write(body);
        Assert.Equal(4096 + 4 + 64, file.Length);
        Assert.Equal(body, file[..body.Length]);
        Assert.True(file.AsSpan(body.Length, 4096 - body.Length).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(TableAndTrailer, Convert.ToHexStringLower(file.AsSpan(4096)));
    }

    [Fact]
    public void TheGoldenFile_Opens()
    {
        byte[] golden = new byte[4096 + 4 + 64];
        Encoding.ASCII.GetBytes("VectorStore", golden);
        Convert.FromHexString(TableAndTrailer).CopyTo(golden, 4096);

        var disk = new SimulatedFileSystem();
        using (var file = disk.CreateFile("/f"))
            file.Write(golden, 0);

        using var reader = BlockFileReader.Open(disk, "/f", BlockFileKind.SegmentPoints, versionMax: 1);
        byte[] body = new byte[reader.BodyBytes];
        reader.Read(body, 0);
        Assert.Equal("VectorStore", Encoding.ASCII.GetString(body));
    }

    private static byte[] Write(byte[] body)
    {
        var disk = new SimulatedFileSystem();
        using (var writer = new BlockFileWriter(disk, "/f", BlockFileKind.SegmentPoints, version: 1))
        {
            writer.Write(body);
            writer.Complete();
        }

        return disk.LiveBytes("/f");
    }
}
