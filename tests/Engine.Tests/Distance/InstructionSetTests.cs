using System.Globalization;
using System.Runtime.Intrinsics;

namespace VectorStore.Engine.Tests.Distance;

/// <summary>Continuous integration repeats the tests with instruction sets switched off. A switch that is spelled wrongly does nothing and says nothing.</summary>
public sealed class InstructionSetTests
{
    private const string BitsMaxVariable = "VECTORSTORE_VECTOR_BITS_MAX";

    [Fact]
    public void WidestVector_WhenARunForbidsWiderOnes_IsNotWider()
    {
        string? text = Environment.GetEnvironmentVariable(BitsMaxVariable);
        int bitsMax = string.IsNullOrEmpty(text) ? 512 : int.Parse(text, CultureInfo.InvariantCulture);
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Assert.True(bits <= bitsMax, $"{BitsMaxVariable} is {bitsMax}, but vectors of {bits} bits are accelerated; does the switch of this run still exist in this runtime?");
    }
}
