using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.Tests.Support;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>Bytes that nobody should send.</summary>
public sealed class HostileBytesTests
{
    private const int MessagesOfEach = 60_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_OfDamagedMessages_RefusesWhatTheGeneratedParserRefuses(int codec)
    {
        var random = new Random(30_001 + codec);
        var messages = new RandomMessages(random);
        var tested = CodecCase.All[codec];
        int refused = 0;
        for (int round = 0; round < MessagesOfEach; round++)
        {
            byte[] bytes = Damage(tested.Make(messages), random);
            var sequence = round % 2 == 0 ? Sequences.Whole(bytes) : Sequences.Split(bytes, 1 + (round % 23), random);
            if (!tested.Compare(bytes, sequence))
                refused++;
        }

        Assert.InRange(refused, MessagesOfEach / 5, MessagesOfEach);
    }

    [Fact]
    public void Read_OfEveryTruncation_AgreesWithTheGeneratedParser()
    {
        var random = new Random(40_001);
        var messages = new RandomMessages(random);
        foreach (var tested in CodecCase.All)
        {
            for (int round = 0; round < 300; round++)
            {
                byte[] bytes = tested.Make(messages);
                for (int length = 0; length < bytes.Length; length++)
                    tested.Compare(bytes[..length], Sequences.Split(bytes.AsMemory(0, length), 7, random));
            }
        }
    }

    [Theory]
    [InlineData(98)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(100_000)]
    public void Read_OfGroupsInsideOneAnother_EndsWhereTheGeneratedParserDoes(int groups)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xA3, groups).SelectMany(tag => new byte[] { tag, 6 }), .. Enumerable.Repeat((byte)0xA4, groups).SelectMany(tag => new byte[] { tag, 6 })];
        var outer = new WireBuilder(new Random(1)) { Plain = true }.Bytes(2, bytes).Build();
        foreach (var tested in CodecCase.All)
        {
            tested.Compare(bytes, Sequences.Whole(bytes));
            tested.Compare(outer, Sequences.Whole(outer));
        }
    }

    public static TheoryData<string> Bombs() => ["points", "searches", "int8", "floats", "moving", "entries", "names", "payloads", "lengths", "answers"];

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Read_OfAMessageMadeToCostMemory_TakesASmallMultipleOfItsBytes(string kind)
    {
        const int Repetitions = 200_000;
        var random = new Random(1);
        var message = new WireBuilder(random) { Plain = true };
        var inner = new WireBuilder(random) { Plain = true };
        int codec = kind switch
        {
            "searches" => 3,
            "answers" => 2,
            _ => 0,
        };
        switch (kind)
        {
            case "points":
            case "searches":
                for (int count = 0; count < Repetitions; count++)
                    message.Bytes(2, []);
                break;
            case "answers":
                for (int count = 0; count < Repetitions; count++)
                    message.Bytes(1, new byte[12]);
                codec = 2;
                break;
            case "int8":
                for (int count = 0; count < 10; count++)
                    message.Bytes(2, new WireBuilder(random) { Plain = true }.Bytes(4, new WireBuilder(random) { Plain = true }.Bytes(4, new byte[Repetitions]).Build()).Build());
                break;
            case "floats":
                for (int count = 0; count < Repetitions; count++)
                    inner.Fixed32(3, 1);
                message.Bytes(2, inner.Build());
                break;
            case "moving":
                // Two runs that grow in turn, and push each other away.
                byte[] one = new WireBuilder(random) { Plain = true }.Fixed32(1, 1).Build();
                for (int count = 0; count < Repetitions; count++)
                    inner.Fixed32(3, 1).Bytes(4, one);
                message.Bytes(2, inner.Build());
                break;
            case "entries":
                byte[] entry = new WireBuilder(random) { Plain = true }.Text(1, "a").Bytes(2, new WireBuilder(random) { Plain = true }.Fixed32(1, 1).Build()).Build();
                for (int count = 0; count < Repetitions; count++)
                    inner.Bytes(5, entry);
                message.Bytes(2, inner.Build());
                break;
            case "names":
                for (int count = 0; count < Repetitions; count++)
                    inner.Bytes(5, new WireBuilder(random) { Plain = true }.Text(1, $"{count}").Build());
                message.Bytes(2, inner.Build());
                break;
            case "payloads":
                for (int count = 0; count < Repetitions; count++)
                    inner.Bytes(7, "{}"u8);
                message.Bytes(2, inner.Build());
                break;
            case "lengths":
                message.Bytes(2, [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
                break;
        }

        byte[] bytes = message.Build();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Record.Exception(() => CodecCase.All[codec].Read(Sequences.Split(bytes, 4096, random)));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(error is null or RpcException { Code: StatusCode.InvalidArgument }, $"{error}");
        Assert.True(allocated < 1_000_000 + (64L * bytes.Length), $"{kind}: {bytes.Length} bytes cost {allocated}");
    }

    [Fact]
    public void Read_OfTooManyPoints_SaysHowMany()
    {
        var message = new WireBuilder(new Random(1)) { Plain = true };
        for (int count = 0; count < 100_001; count++)
            message.Bytes(2, [8, 1]);

        var error = Assert.Throws<RpcException>(() => UpsertRequestCodec.Instance.Read(Sequences.Whole(message.Build())));
        Assert.Equal(("points: expected 1 to 100000, got 100001", "OUT_OF_RANGE", "points"), (error.Message, error.Reason, error.Field));
    }

    private static byte[] Damage(byte[] message, Random random)
    {
        List<byte> bytes = [.. message];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 5), bytes.Count - at));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.InsertRange(at, (byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
