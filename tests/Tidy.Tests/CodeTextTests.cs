namespace VectorStore.Tidy.Tests;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // TODO\nb", "a        \nb")]
    [InlineData("a /* x\ny */ b", "a     \n     b")]
    [InlineData("f(\"a\\\"b\") + c", "f(      ) + c")]
    [InlineData("f(@\"a\\\") + c", "f(     ) + c")]
    [InlineData("f($\"{x}\") + c", "f(      ) + c")]
    [InlineData("'\\'' + '\"' + x", "     +     + x")]
    [InlineData("\"\"\"say \"hi\" \"\"\" + x", "                + x")]
    public void Blanking_LeavesCodeAndLinesWhereTheyWere(string source, string expected) =>
        Assert.Equal(expected, CodeText.WithoutCommentsAndStrings(source));
}
