using System.Text.Json.Nodes;

namespace VectorStore.Client.Tests.Model;

public sealed class PayloadTests
{
    [Fact]
    public void Payload_OfText_IsKeptAsItIs()
    {
        var payload = Payload.FromJson("""{"a": 1.50}""");
        Assert.Equal("""{"a": 1.50}""", payload.ToString());
        Assert.Equal(1.5, payload.ToJsonElement().GetProperty("a").GetDouble());
        Assert.Equal("""{"x":[1]}""", Payload.FromObject(new JsonObject { ["x"] = new JsonArray(1) }).ToString());
        Assert.Equal("{}", Payload.FromUtf8Json("{}"u8).ToString());
    }

    [Fact]
    public void Payload_ThatCannotTravel_IsRefusedHere()
    {
        Assert.Equal(ErrorReason.InvalidPayload, Assert.Throws<InvalidRequestException>(() => Payload.FromJson("")).Reason);
        Assert.Throws<InvalidRequestException>(() => Payload.FromUtf8Json([]));
        Assert.Equal("payload", Assert.Throws<InvalidRequestException>(() => Payload.FromJson("{\"a\":\"\ud800\"}")).Field);
        Assert.Throws<InvalidRequestException>(() => Payload.FromObject(new JsonObject { ["a"] = double.NaN }));
    }

    [Fact]
    public void PointIds_SortAndReadAsInTheEngine()
    {
        PointId[] ids = [5UL, Guid.Parse("80000000-0000-0000-0000-000000000000"), ulong.MaxValue, Guid.Parse("7fffffff-ffff-ffff-ffff-ffffffffffff"), 0UL];
        string[] sorted = [.. ids.Order().Select(id => id.ToString())];
        string[] inProcess = [.. ids.Select(id => Engine.PointId.Parse(id.ToString())).Order().Select(id => id.ToString())];
        Assert.Equal(inProcess, sorted);
        Assert.Throws<FormatException>(() => PointId.Parse("-1"));
        Assert.Equal(PointId.Parse("5"), 5UL);
    }
}
