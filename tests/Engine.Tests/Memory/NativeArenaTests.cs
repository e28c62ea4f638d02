using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Tests.Memory;

public sealed class NativeArenaTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public unsafe void EnsureCommitted_Repeatedly_GrowsInPlaceAndKeepsContents()
    {
        using var arena = new NativeArena(64 * Megabyte);
        nint start = (nint)arena.Start;
        Assert.Equal(0, start % (2 * Megabyte));

        long previous = 0;
        foreach (long bytes in new[] { 1, 65_536, 65_537, Megabyte, (4 * Megabyte) - 1, 4 * Megabyte, (4 * Megabyte) + 1, 17 * Megabyte, 64 * Megabyte })
        {
            arena.EnsureCommitted(bytes);
            Assert.True(arena.CommittedBytes >= bytes);
            Assert.Equal(start, (nint)arena.Start);

            // New memory is zero, to the last byte; what was written stays.
            Assert.False(arena.Slice<byte>(previous, (int)(arena.CommittedBytes - previous)).ContainsAnyExcept((byte)0));
            Assert.False(arena.Slice<byte>(0, (int)previous).ContainsAnyExcept((byte)7));
            arena.Slice<byte>(previous, (int)(arena.CommittedBytes - previous)).Fill(7);
            previous = arena.CommittedBytes;
        }
    }

    [Fact]
    public void EnsureCommitted_OfLess_ChangesNothing()
    {
        using var arena = new NativeArena(Megabyte);
        arena.EnsureCommitted(100_000);
        long committed = arena.CommittedBytes;
        arena.EnsureCommitted(10);
        Assert.Equal(committed, arena.CommittedBytes);
    }

    [Fact]
    public void Constructor_ForFarMoreThanTheMachineHas_UsesNoMemory()
    {
        using var arena = new NativeArena(4L * 1024 * 1024 * Megabyte);
        Assert.Equal(0, arena.CommittedBytes);
        arena.EnsureCommitted(8);
        arena.At<ulong>(0) = 42;
        Assert.Equal(42ul, arena.At<ulong>(0));
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var arena = new NativeArena(0);
        arena.EnsureCommitted(0);
        arena.Dispose();
        arena.Dispose();
        Assert.Equal(0, arena.CommittedBytes);
    }

    [Fact]
    public void At_OfAnotherThread_SeesWhatWasCommittedBeforeItLearnedOfIt()
    {
        const int Rows = 200_000;
        using var arena = new NativeArena(Rows * sizeof(long));
        long published = 0;
        long sum = 0;
        var reader = new Thread(() =>
        {
            for (long read = 0; read < Rows;)
            {
                for (long count = Volatile.Read(ref published); read < count; read++)
                    sum += arena.At<long>(read);
            }
        });
        reader.Start();
        for (int i = 0; i < Rows; i++)
        {
            arena.EnsureCommitted((i + 1L) * sizeof(long));
            arena.At<long>(i) = i;
            Volatile.Write(ref published, i + 1);
        }

        reader.Join();
        Assert.Equal(Rows * (Rows - 1L) / 2, sum);
    }
}
