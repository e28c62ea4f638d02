using System.ComponentModel;
using System.Diagnostics;
using VectorStore.Engine.Simulation;
using static VectorStore.Engine.Tests.Lz4.Frames;

namespace VectorStore.Engine.Tests.Lz4;

/// <summary>The <c>lz4</c> command reads our frames, and we read its.</summary>
public sealed class Lz4CommandTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData((2 * MiB) + 5)]
    public async Task TheCommand_ReadsOurs(int length)
    {
        foreach (byte[] content in (byte[][])[Text(length), Noise(length), new byte[length]])
        {
            await File.WriteAllBytesAsync(Path("ours.lz4"), await WrapAsync(content, length));
            await RunAsync("-t", Path("ours.lz4"));
            await RunAsync("-d", "-f", Path("ours.lz4"), Path("ours"));
            Assert.Equal(content, await File.ReadAllBytesAsync(Path("ours")));
        }
    }

    [SkippableTheory]
    [InlineData("-1")]
    [InlineData("-9")]
    [InlineData("-B4")]
    [InlineData("-B5")]
    [InlineData("-B6")]
    [InlineData("-B7")]
    [InlineData("-B4 -BD")]
    [InlineData("-B7 -BD -9")]
    [InlineData("-BX")]
    [InlineData("-B4 -BD -BX --no-frame-crc")]
    [InlineData("--no-frame-crc")]
    [InlineData("--content-size")]
    public async Task WeRead_WhatTheCommandWrites(string options)
    {
        foreach (int length in (int[])[1, 65_537, MiB + 77])
        {
            byte[] content = [.. Text(length / 2), .. Noise(length / 4), .. Text(length - (length / 2) - (length / 4))];
            Assert.Equal(content, await UnwrapAsync(await CompressAsync(content, options.Split(' '))));
        }

        // What repeats only from far away: a linked block refers to it almost as far back as one can.
        byte[] far = [.. Noise(60_000), .. Noise(60_000), .. Noise(60_000)];
        Assert.Equal(far, await UnwrapAsync(await CompressAsync(far, options.Split(' '))));
    }

    [SkippableFact]
    public async Task Legacy_AndSeveral_AreRefused()
    {
        byte[] one = await CompressAsync(Text(1_000));
        await RefusedAsync(await CompressAsync(Text(1_000), "-l"), "legacy");
        await RefusedAsync([.. one, .. one], "more bytes follow its end");
    }

    private string Path(string name) => $"{_directory.Path}/{name}";

    private async Task<byte[]> CompressAsync(byte[] content, params string[] options)
    {
        await File.WriteAllBytesAsync(Path("theirs"), content);
        await RunAsync([.. options, "-f", Path("theirs"), Path("theirs.lz4")]);
        return await File.ReadAllBytesAsync(Path("theirs.lz4"));
    }

    private static async Task RunAsync(params string[] arguments)
    {
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo("lz4", ["-q", .. arguments]) { RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            Skip.If(true, "there is no lz4 command (Debian: lz4)");
        }

        using (process)
        {
            string said = await process!.StandardError.ReadToEndAsync().WaitAsync(s_patience);
            await process.WaitForExitAsync().WaitAsync(s_patience);
            Assert.True(process.ExitCode == 0, $"lz4 {string.Join(' ', arguments)}: {said}");
        }
    }
}
