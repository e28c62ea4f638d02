using VectorStore.Protocol.Grpc;

namespace VectorStore.Protocol.Tests.Grpc;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\tb\r\nc", "a%09b%0D%0Ac")]
    [InlineData("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80")]
    [InlineData("\u007F", "%7F")]
    public void Encode_AndBack_IsTheSameText(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("100% sure", "100% sure")]
    [InlineData("%%41", "%A")]
    [InlineData("%2525", "%25")]
    [InlineData("%c3%bc", "ü")]
    [InlineData("ü%41😀", "üA😀")]
    public void Decode_LeavesBadSequencesAsTheyAre(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void Decode_OfBytesThatAreNoUtf8_ReplacesThem() => Assert.Equal("a\uFFFDb", PercentEncoding.Decode("a%FFb"));

    [Fact]
    public void Encode_OfALoneSurrogate_ReplacesIt() => Assert.Equal("%EF%BF%BDx", PercentEncoding.Encode("\uD800x"));

    [Fact]
    public void EncodeAndDecode_OfRandomTexts_AreInverse()
    {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++)
        {
            var text = new System.Text.StringBuilder();
            for (int length = random.Next(12); length > 0; length--)
                text.Append(new System.Text.Rune(random.Next(4) == 0 ? random.Next(0xE000, 0x10FFFF) : random.Next(0x20, 0x100)));

            string encoded = PercentEncoding.Encode(text.ToString());
            Assert.DoesNotContain(encoded, character => character is < ' ' or > '~');
            Assert.Equal(text.ToString(), PercentEncoding.Decode(encoded));
        }
    }

    [Fact]
    public void Decode_OfAnything_NeverFails()
    {
        var random = new Random(8);
        char[] characters = ['%', '%', 'a', 'F', '0', 'g', 'ü', '\uD83D', '\uDE00', ' '];
        for (int round = 0; round < 50_000; round++)
            PercentEncoding.Decode(new string(random.GetItems(characters, random.Next(10))));
    }
}
