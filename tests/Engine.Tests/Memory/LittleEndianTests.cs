using VectorStore.Engine.Memory;

namespace VectorStore.Engine.Tests.Memory;

public sealed class LittleEndianTests
{
    [Fact]
    public void Write_PutsTheLowestByteFirst_AndToNativeComesBack()
    {
        byte[] bytes = new byte[8];
        LittleEndian.Write([0x04030201, 0x08070605], bytes);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], bytes);

        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(bytes.AsSpan());
        LittleEndian.ToNative(numbers);
        Assert.Equal([0x04030201, 0x08070605], numbers.ToArray());
    }
}
