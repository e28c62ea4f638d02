using System.Text;
using VectorStore.Engine.Primitives;

namespace VectorStore.Engine.Tests.Primitives;

public sealed class Crc32CTests
{
    [Fact]
    public void Compute_OfTheStandardCheckString_GivesTheStandardCheckValue() =>
        Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void Append_OfAnySplit_EqualsComputeOfTheWhole()
    {
        byte[] data = new byte[67];
        new Random(1).NextBytes(data);
        for (int split = 0; split <= data.Length; split++)
            Assert.Equal(Crc32C.Compute(data), Crc32C.Append(Crc32C.Compute(data.AsSpan(0, split)), data.AsSpan(split)));
    }
}
