using System.Buffers.Binary;
using System.Text;
using VectorStore.Engine.Tests.Snapshots;
using VectorStore.Lz4;
using static VectorStore.Engine.Tests.Lz4.Frames;

namespace VectorStore.Engine.Tests.Lz4;

/// <summary>Frames: there and back, and everything else that somebody may call a frame.</summary>
public sealed class Lz4FrameTests
{
    // Of our header without a length: magic 4, flags, block size, checksum.
    private const int HeaderBytes = 7;
    private const int FlagsAt = 4;
    private const int BlockSizeAt = 5;

    // 64 KiB: less memory for those that read many frames.
    private const byte SmallBlocks = 0x40;

    public static TheoryData<int> Lengths => [0, 1, 2, 15, 16, 17, 255, 4_096, 65_535, 65_536, 65_537, MiB - 1, MiB, MiB + 1, 2 * MiB, (3 * MiB) + 12_345];

    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void XxHash_IsThePublishedOne(string text, uint expected) => Assert.Equal(expected, XxHash32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void XxHash_InPieces_IsThatOfTheWhole()
    {
        byte[] bytes = Noise(1_000);
        var random = new Random(2);
        for (int round = 0; round < 200; round++)
        {
            int length = random.Next(bytes.Length + 1);
            var hash = new XxHash32();
            for (int at = 0; at < length;)
            {
                int count = Math.Min(length - at, random.Next(40));
                hash.Append(bytes.AsSpan(at, count));
                at += count;
            }

            Assert.Equal(XxHash32.Of(bytes.AsSpan(0, length)), hash.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Frame_HoldsWhatWasPutIn(int length)
    {
        foreach (byte[] content in (byte[][])[new byte[length], Text(length), Noise(length)])
        {
            byte[] frame = await WrapAsync(content);
            Assert.Equal(content, await UnwrapAsync(frame));
            Assert.Equal(content, await UnwrapAsync(new TrickleStream(await WrapAsync(content, length))));
            Assert.InRange(frame.Length, 1, Lz4EncodingStream.FrameBytesMax(length));
        }

        if (length > 4_096)
            Assert.True((await WrapAsync(new byte[length])).Length < length / 100, "zeros do not shrink");
    }

    [Fact]
    public async Task Frame_OfNothing_HasTheseBytes()
    {
        // As 'lz4 -B6' writes it.
        Assert.Equal("04224D18646085" + "00000000" + "055DCC02", Convert.ToHexString(await WrapAsync([])), ignoreCase: true);
    }

    [Fact]
    public async Task Blocks_ThatDoNotShrink_AreStored_EachByItself()
    {
        byte[] content = [.. Noise(MiB), .. new byte[MiB], .. Noise(MiB, seed: 2)];
        byte[] frame = await WrapAsync(content);
        Assert.InRange(frame.Length, 2 * MiB, (2 * MiB) + 10_000);
        Assert.Equal(0x8010_0000u, BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(HeaderBytes)));
        Assert.Equal(content, await UnwrapAsync(frame));
    }

    [Fact]
    public async Task Frame_OfAnotherLengthThanSaid_IsNotMade()
    {
        foreach (int said in (int[])[9, 11])
            Assert.Contains($"expected {said} bytes", (await Assert.ThrowsAsync<InvalidDataException>(() => WrapAsync(new byte[10], said))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryFlippedBit_IsRefused_OrChangesNothing()
    {
        byte[] content = [.. Text(60), .. Text(60), .. Noise(40)];
        byte[] frame = Sealed(await WrapAsync(content), BlockSizeAt, SmallBlocks);
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                byte[] found = await UnwrapAsync(damaged);
                Assert.True(content.AsSpan().SequenceEqual(found), $"bit {bit} gives other bytes");
            }
            catch (Lz4FormatException refused)
            {
                Assert.InRange(refused.OffsetBytes, 0, frame.Length);
            }
        }
    }

    [Fact]
    public async Task EveryTruncation_IsRefused()
    {
        byte[] frame = Sealed(await WrapAsync([.. Text(300), .. Noise(300)]), BlockSizeAt, SmallBlocks);
        for (int length = 0; length < frame.Length; length++)
            await RefusedAsync(frame[..length], $"at byte {length}: it ends after");
    }

    [Fact]
    public async Task WhatFollowsTheEnd_IsRefused()
    {
        byte[] frame = await WrapAsync(Text(300));
        await RefusedAsync([.. frame, 0], "more bytes follow its end");
        await RefusedAsync([.. frame, .. frame], "more bytes follow its end");
    }

    [Fact]
    public async Task Headers_ThatCannotBe_AreRefused()
    {
        byte[] frame = await WrapAsync(Text(300));
        await RefusedAsync(Sealed(frame, FlagsAt, 0xA4), "expected version 1");
        await RefusedAsync(Sealed(frame, FlagsAt, 0x66), "a reserved flag is set");
        await RefusedAsync(Sealed(frame, BlockSizeAt, 0x61), "reserved bits of the block size");
        await RefusedAsync(Sealed(frame, BlockSizeAt, 0xE0), "reserved bits of the block size");
        await RefusedAsync(Sealed(frame, BlockSizeAt, 0x30), "expected a block size of 4 to 7, found 3");
        await RefusedAsync([.. frame[..6], (byte)(frame[6] ^ 1), .. frame[7..]], "header checksum");

        // With a dictionary, four more bytes of the header.
        byte[] fields = [0x65, 0x60, 1, 2, 3, 4];
        await RefusedAsync([.. frame[..4], .. fields, (byte)(XxHash32.Of(fields) >> 8), .. frame[7..]], "with a dictionary");
        await RefusedAsync([0x02, 0x21, 0x4C, 0x18, .. frame[4..]], "legacy");
        for (byte kind = 0x50; kind < 0x60; kind++)
            await RefusedAsync([kind, 0x2A, 0x4D, 0x18, 0, 0, 0, 0, .. frame], "skippable");

        await RefusedAsync("VSSNAPAR"u8.ToArray(), "expected magic 0x184d2204");
    }

    [Fact]
    public async Task Blocks_ThatCannotBe_AreRefused()
    {
        byte[] head = (await WrapAsync([]))[..HeaderBytes];
        await RefusedAsync([.. head, .. Word(MiB + 1), .. new byte[64]], $"a block has 1 to {MiB} bytes, this one says {MiB + 1}");
        await RefusedAsync([.. head, .. Word(0x7FFF_FFFF)], "this one says 2147483647");
        await RefusedAsync([.. head, .. Word(0xFFFF_FFFF)], "this one says 2147483647");
        await RefusedAsync([.. head, .. Word(0x8000_0000)], "this one says 0");

        // An empty block, one of literals that end too early, and one that refers to what was never there.
        foreach (byte[] block in (byte[][])[[0], [0xF0, 1, 2], [0x10, 65, 9, 0, 0x50, 1, 2, 3, 4, 5]])
            await RefusedAsync([.. head, .. Word((uint)block.Length), .. block, .. new byte[8]], "cannot be decompressed");

        // A block that becomes more than a block may be: nothing is written beyond.
        byte[] bomb = new byte[2 * MiB];
        byte[] packed = new byte[Lz4Block.WorthwhileBytes(bomb.Length)];
        int length = Lz4Block.Compress(bomb, packed);
        await RefusedAsync([.. head, .. Word((uint)length), .. packed[..length], .. new byte[8]], "cannot be decompressed to 1 to 1048576 bytes");
    }

    [Fact]
    public async Task ContentsOfAnotherLengthOrHash_AreRefused()
    {
        byte[] content = Text(300);
        byte[] frame = await WrapAsync(content);
        byte[] fields = [0x6C, 0x60, 0, 0, 0, 0, 0, 0, 0, 0];
        foreach (int said in (int[])[0, 299, 301])
        {
            BinaryPrimitives.WriteInt64LittleEndian(fields.AsSpan(2), said);
            await RefusedAsync([.. frame[..4], .. fields, (byte)(XxHash32.Of(fields) >> 8), .. frame[7..]], $"its header says {said} bytes");
        }

        frame[^1] ^= 1;
        await RefusedAsync(frame, "expected content checksum");
    }

    [Fact]
    public async Task Memory_IsBoundedWhateverTheFrameSays()
    {
        byte[] head = (await WrapAsync([]))[..HeaderBytes];
        long before = GC.GetAllocatedBytesForCurrentThread();
        await RefusedAsync([.. head, .. Word(0x7FFF_FFFF)], "a block has");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * MiB);
    }

    private static byte[] Sealed(byte[] frame, int at, byte value)
    {
        byte[] changed = [.. frame];
        changed[at] = value;
        changed[HeaderBytes - 1] = (byte)(XxHash32.Of(changed.AsSpan(FlagsAt, 2)) >> 8);
        return changed;
    }

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
