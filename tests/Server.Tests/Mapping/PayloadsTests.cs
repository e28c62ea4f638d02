using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Engine;
using VectorStore.Server.Mapping;

namespace VectorStore.Server.Tests.Mapping;

public sealed class PayloadsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":1,"b":-1,"c":0.5,"d":1E+20,"e":9007199254740992}""")]
    [InlineData("""{"a":[],"b":[[1],{"c":null}],"d":{"e":{"f":[true,false]}}}""")]
    [InlineData("""{"ä\n\"":"\u0000 \\ 😀"}""")]
    public void StructAndBack_KeepsEverythingThatADoubleCanHold(string json)
    {
        var payload = Payload.FromJson(json);
        var again = Payloads.FromStruct(Payloads.ToStruct(payload));
        Assert.True(JsonElement.DeepEquals(payload.ToJsonElement(), again.ToJsonElement()), again.ToString());
    }

    [Theory]
    [InlineData(3, "3")]
    [InlineData(-3, "-3")]
    [InlineData(0.1, "0.1")]
    [InlineData(9007199254740992, "9007199254740992")]
    [InlineData(-9007199254740992, "-9007199254740992")]
    [InlineData(18014398509481984, "18014398509481984")]
    [InlineData(1e300, "1E+300")]
    public void Numbers_WithoutAFraction_AreIntegersUpToTheLastExactOne(double number, string text)
    {
        var payload = Payloads.FromStruct(new Struct { Fields = { ["n"] = Value.ForNumber(number) } });
        Assert.Equal(number, payload.ToJsonElement().GetProperty("n").GetDouble());
        if (Math.Abs(number) <= Payloads.ExactIntegerMax)
            Assert.Equal($"{{\"n\":{text}}}", payload.ToString());
    }

    [Fact]
    public void Numbers_BeyondTheDoubles_BecomeTheLargest_SoThatTheStructCanBeWritten()
    {
        var message = Payloads.ToStruct(Payload.FromJson("""{"a":1e999,"b":-1e999,"c":123456789012345678901234567890}"""));
        Assert.Equal(double.MaxValue, message.Fields["a"].NumberValue);
        Assert.Equal(double.MinValue, message.Fields["b"].NumberValue);
        Assert.Equal(123456789012345678901234567890d, message.Fields["c"].NumberValue);
    }

    [Fact]
    public void KeysOfAStruct_AreWrittenInOneOrder_WhateverOrderTheyCameIn()
    {
        var one = new Struct { Fields = { ["b"] = Value.ForNumber(1), ["a"] = Value.ForNumber(2) } };
        var other = new Struct { Fields = { ["a"] = Value.ForNumber(2), ["b"] = Value.ForNumber(1) } };
        Assert.Equal(Payloads.FromStruct(one).ToString(), Payloads.FromStruct(other).ToString());
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(33, false)]
    [InlineData(10_000, false)]
    public void Struct_ThatIsTooDeep_IsRefusedByTheEngine_WithoutWalkingThroughIt(int lists, bool fits)
    {
        var value = Value.ForNumber(1);
        for (int level = 0; level < lists; level++)
            value = Value.ForList(value);

        var message = new Struct { Fields = { ["a"] = value } };
        if (fits)
        {
            Assert.NotNull(Payloads.FromStruct(message));
            return;
        }

        Assert.Equal(ErrorReason.PayloadTooDeep, Assert.Throws<InvalidRequestException>(() => Payloads.FromStruct(message)).Reason);
    }
}
