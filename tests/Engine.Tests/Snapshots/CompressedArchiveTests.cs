using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Tests.Lz4;
using VectorStore.Lz4;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>Archives in an LZ4 frame, as everything that imports takes them.</summary>
public sealed class CompressedArchiveTests : ArchiveFixture
{
    private byte[] _frame = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _frame = await Frames.WrapAsync(Archive, Archive.Length);
    }

    [Fact]
    public async Task Import_OfAFrame_IsTheSameSnapshot()
    {
        Assert.True(_frame.Length < Archive.Length, $"{_frame.Length} of {Archive.Length} bytes");
        Assert.Equivalent(Assert.Single(Database.ListSnapshots("points")), await Database.ImportSnapshotAsync("copies", new TrickleStream(_frame)));
        await Model.AssertSameAsync(await Database.RestoreSnapshotAsync("copies", "daily", "restored"), new Random(1), "imported");
    }

    [Fact]
    public async Task Import_OfADamagedFrame_IsRefused_AndLeavesNothing()
    {
        var random = new Random(4);
        for (int round = 0; round < 30; round++)
        {
            // The first bytes one by one, then some of the others.
            int at = round < 15 ? round : random.Next(_frame.Length);
            byte[] damaged = [.. _frame];
            damaged[at] ^= (byte)(1 << random.Next(8));
            if (!await HoldsTheArchiveAsync(damaged))
                await RefusedAsync(damaged, $"byte {at}");

            await RefusedAsync(_frame[..at], $"the first {at} bytes");
        }

        AssertNothingLeft();
    }

    [Fact]
    public async Task Import_OfAMixture_IsRefused_AndSaysWhere()
    {
        int half = Archive.Length / 2;
        byte[] second = await Frames.WrapAsync(Archive[half..]);
        await RefusedAsync([.. _frame, .. _frame], "two frames", ArchiveReader.FrameName, "more bytes follow its end");
        await RefusedAsync([.. _frame, .. Archive], "a frame and an archive", ArchiveReader.FrameName, "more bytes follow its end");
        await RefusedAsync([.. Archive, .. _frame], "an archive and a frame", ArchiveReader.SourceName, "more bytes follow the last entry");
        await RefusedAsync([.. Archive[..half], .. second], "half an archive, and half in a frame", ArchiveReader.SourceName, "");
        await RefusedAsync([.. await Frames.WrapAsync(Archive[..half]), .. second], "an archive in two frames", ArchiveReader.FrameName, "more bytes follow its end");
        await RefusedAsync(await Frames.WrapAsync(_frame), "a frame in a frame", ArchiveReader.SourceName, "not an archive of a snapshot");
        await RefusedAsync(await Frames.WrapAsync([.. Archive, 0]), "more than the archive", ArchiveReader.SourceName, "more bytes follow the last entry");
        await RefusedAsync(await Frames.WrapAsync([]), "nothing", ArchiveReader.SourceName, "ends after 0 of 32 bytes");
        await RefusedAsync([0x02, 0x21, 0x4C, 0x18, .. _frame[4..]], "a legacy frame", ArchiveReader.FrameName, "legacy");
        await RefusedAsync([0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0, .. _frame], "a skippable frame", ArchiveReader.FrameName, "skippable");
        AssertNothingLeft();
    }

    [Fact]
    public async Task Import_OfABomb_IsRefusedBeforeItsBytesAreWritten()
    {
        // A sound header that says little, and then zeros without end.
        var bomb = HostileArchive.Parse(Archive);
        byte[] zeros = new byte[64 * Frames.MiB];
        byte[] frame = await Frames.WrapAsync([.. bomb.Header.ToBytes(), .. zeros]);
        Assert.True(frame.Length < zeros.Length / 200, "it is no bomb");
        await RefusedAsync(frame, "a bomb", ArchiveReader.SourceName, "");
        AssertNothingLeft();
    }

    /// <summary>A copy from elsewhere may be a copy of the same bytes: no harm is done then.</summary>
    private async Task<bool> HoldsTheArchiveAsync(byte[] frame)
    {
        try
        {
            byte[] found = await Frames.UnwrapAsync(frame);
            return Archive.AsSpan().SequenceEqual(found);
        }
        catch (Lz4FormatException)
        {
            return false;
        }
    }

    private async Task RefusedAsync(byte[] bytes, string what, string? source = null, string sentence = "")
    {
        var refused = await Record.ExceptionAsync(() => Database.ImportSnapshotAsync("copies", new MemoryStream(bytes)));
        var damage = Assert.IsType<CorruptDataException>(refused);
        Assert.True(damage.Reason == ErrorReason.InvalidArchive, $"{what}: {damage.Message}");
        if (source is not null)
            Assert.Equal(source, damage.File);

        Assert.Contains(sentence, damage.Message, StringComparison.Ordinal);
    }
}
