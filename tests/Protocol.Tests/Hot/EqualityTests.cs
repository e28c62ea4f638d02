using VectorStore.Protocol.Tests.Support;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>The hand-written readers and writers say what the generated parser says, on a million messages.</summary>
public sealed class EqualityTests
{
    private const int MessagesOfEach = 200_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_OfRandomMessages_AgreesWithTheGeneratedParser(int codec)
    {
        var random = new Random(20_001 + codec);
        var messages = new RandomMessages(random);
        var tested = CodecCase.All[codec];
        int accepted = 0;
        for (int round = 0; round < MessagesOfEach; round++)
        {
            byte[] bytes = tested.Make(messages);
            var sequence = round % 2 == 0 ? Sequences.Whole(bytes) : Sequences.Split(bytes, 1 + (round % 23), random);
            if (!tested.Compare(bytes, sequence))
                continue;

            accepted++;
            if (accepted % 4 == 0)
                tested.CompareWritten(sequence);
        }

        Assert.InRange(accepted, MessagesOfEach * 3 / 4, MessagesOfEach);
    }
}
