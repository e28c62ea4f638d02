using System.Runtime.InteropServices;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.Tests.Payloads;

/// <summary>The device alone, driven as FASTER drives it.</summary>
public sealed class GuardedDeviceTests : IDisposable
{
    private const string Directory = "/device";
    private const int Block = 4096;
    private const int SegmentBytes = 64 * 1024;
    private const int IoError = 5;

    private readonly SimulatedFileSystem _disk = new(seed: 4);
    private readonly FailureLatch _latch = new();
    private readonly GuardedDevice _device;

    public GuardedDeviceTests()
    {
        _disk.CreateDirectory(Directory);
        _device = Open(_disk);
    }

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Read_OfWhatWasWritten_GivesItAndZerosAroundIt()
    {
        Write(_device, Block, Pattern(1, 2 * Block));
        byte[] read = Read(_device, 0, 4 * Block);
        byte[] expected = [.. new byte[Block], .. Pattern(1, 2 * Block), .. new byte[Block]];
        Assert.Equal(expected, read);
        Assert.Equal(new byte[Block], Read(_device, SegmentBytes * 5, Block));
        Assert.DoesNotContain(_disk.AllFiles(), path => path.EndsWith("log.5", StringComparison.Ordinal));
        Assert.False(_latch.IsSet);
    }

    [Fact]
    public void Write_BelowTheEndOfACheckpoint_LeavesItsBytesAlone()
    {
        const int End = (2 * Block) + 1000;
        byte[] first = Pattern(1, 3 * Block);
        Write(_device, 0, first);
        _device.MakeDurable(End);

        byte[] second = Pattern(2, 5 * Block);
        Write(_device, 0, second);
        byte[] expected = [.. first[..End], .. second[End..]];
        Assert.Equal(expected, Read(_device, 0, 5 * Block));
        Assert.Equal(expected, _disk.LiveBytes($"{Directory}/log.0"));
    }

    [Fact]
    public void Load_AfterWritesBehindTheCheckpoint_GivesItsBytesAndZeros()
    {
        foreach (int end in new[] { 100, Block, (2 * Block) + 1000, SegmentBytes, SegmentBytes + 500 })
        {
            var disk = new SimulatedFileSystem(end);
            disk.CreateDirectory(Directory);
            byte[] first = Pattern(1, SegmentBytes + (2 * Block));
            using (var device = Open(disk))
            {
                WriteAll(device, first);
                var checkpoint = CheckpointOf(device, end);
                disk.SyncDirectory(Directory);
                WriteAll(device, Pattern(2, SegmentBytes + (2 * Block)));

                using var loaded = Open(disk);
                loaded.Load(checkpoint);
                byte[] expected = new byte[SegmentBytes + (2 * Block)];
                first.AsSpan(0, end).CopyTo(expected);
                byte[] read = [.. Read(loaded, 0, SegmentBytes), .. Read(loaded, SegmentBytes, 2 * Block)];
                Assert.Equal(expected, read);
            }
        }
    }

    [Fact]
    public void EveryCallback_IsInvokedOnceBeforeTheCallReturns_WhateverHappens()
    {
        Write(_device, 0, Pattern(1, Block));
        _disk.FailWhen(call => call.Kind is FileCallKind.Read or FileCallKind.Write, IoError, FaultMode.Persistent);
        Assert.Equal(new byte[Block], Read(_device, 0, Block, expectedError: IoError));
        Assert.True(_latch.IsSet);

        // Told of a failed write, FASTER would wait for ever.
        Write(_device, Block, Pattern(1, Block));
        _disk.ClearFaults();
        Assert.Equal(new byte[Block], Read(_device, 0, Block, expectedError: IoError));
        Assert.Throws<StorageException>(_latch.ThrowIfSet);
        Assert.Equal(Block, _disk.LiveBytes($"{Directory}/log.0").Length);
    }

    [Fact]
    public void Read_OfAFlippedBit_GivesNoByteOfTheBlock()
    {
        Write(_device, 0, Pattern(1, 2 * Block));
        _disk.FlipBits($"{Directory}/log.0", Block + 17, 1);
        Assert.Equal(new byte[2 * Block], Read(_device, 0, 2 * Block, expectedError: IoError));
        var damage = Assert.Throws<CorruptDataException>(_latch.ThrowIfSet);
        Assert.Equal(Block, damage.OffsetBytes);
        Assert.Equal($"{Directory}/log.0", damage.File);
    }

    [Fact]
    public void OddShapes_AreRefused()
    {
        Write(_device, 100, Pattern(1, Block));
        Assert.True(_latch.IsSet);
        Assert.Empty(_disk.AllFiles());
    }

    private static PayloadCheckpointFile CheckpointOf(GuardedDevice device, long end)
    {
        var (blocks, tail) = device.MakeDurable(end);
        return new PayloadCheckpointFile(Guid.Empty, 1, end, blocks, tail, 0, "", []);
    }

    private static byte[] Pattern(int seed, int bytes)
    {
        byte[] pattern = new byte[bytes];
        new Random(seed).NextBytes(pattern);
        return pattern;
    }

    private static void WriteAll(GuardedDevice device, byte[] bytes)
    {
        Write(device, 0, bytes[..SegmentBytes]);
        Write(device, SegmentBytes, bytes[SegmentBytes..]);
    }

    private static void Write(GuardedDevice device, long address, byte[] bytes)
    {
        byte[] pinned = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        int callbacks = 0;
        device.WriteAsync(
            Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0),
            (ulong)address,
            (uint)bytes.Length,
            (error, count, context) =>
            {
                Assert.Equal(0u, error);
                Assert.Equal((uint)bytes.Length, count);
                Assert.Equal("context", context);
                callbacks++;
            },
            "context");
        Assert.Equal(1, callbacks);
    }

    private static byte[] Read(GuardedDevice device, long address, int length, uint expectedError = 0)
    {
        byte[] pinned = GC.AllocateArray<byte>(length, pinned: true);
        Array.Fill(pinned, (byte)0xee);
        int callbacks = 0;
        device.ReadAsync(
            (ulong)address,
            Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0),
            (uint)length,
            (error, count, context) =>
            {
                Assert.Equal(expectedError, error);
                Assert.Equal(expectedError == 0 ? (uint)length : 0, count);
                callbacks++;
            },
            "context");
        Assert.Equal(1, callbacks);
        return pinned;
    }

    private GuardedDevice Open(SimulatedFileSystem disk)
    {
        var device = new GuardedDevice(disk, Directory, SegmentBytes, _latch);
        device.Initialize(SegmentBytes);
        return device;
    }
}
