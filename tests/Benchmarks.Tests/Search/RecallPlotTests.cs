using System.Xml.Linq;
using VectorStore.Benchmarks.Search.Curves;
using VectorStore.Benchmarks.Tests.Support;

namespace VectorStore.Benchmarks.Tests.Search;

public sealed class RecallPlotTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Draw_TwoSeries_IsXmlWithALineEachAndTheirNames()
    {
        using var directory = new TempDirectory();
        string path = directory.File("plot.svg");
        RecallPlot.Draw("a < b & \"c\"", [new("ours", [new(0.9, 1000), new(0.99, 100)]), new("theirs <1>", [new(0.95, 500), new(1, 50)])]).Save(path);

        var picture = XDocument.Load(path).Root!;
        Assert.Equal(s_svg + "svg", picture.Name);
        Assert.Equal(2, picture.Elements(s_svg + "polyline").Count());
        string[] texts = [.. picture.Elements(s_svg + "text").Select(text => text.Value)];
        Assert.Contains("a < b & \"c\"", texts);
        Assert.Contains("theirs <1>", texts);
        Assert.Contains("0.99", texts);
        Assert.Contains("500", texts);
    }

    [Fact]
    public void Draw_BetterPoints_AreFurtherUpAndToTheRight()
    {
        var picture = RecallPlot.Draw("", [new("one", [new(0.9, 1000), new(0.99, 100), new(0.999, 10)])]).Root!;
        double[][] places = [.. picture.Element(s_svg + "polyline")!.Attribute("points")!.Value.Split(' ').Select(place => place.Split(',').Select(double.Parse).ToArray())];
        Assert.Equal(3, places.Length);
        Assert.True(places[0][0] < places[1][0] && places[1][0] < places[2][0], "recall does not grow to the right");
        Assert.True(places[0][1] < places[1][1] && places[1][1] < places[2][1], "throughput does not grow upwards");

        // Ten times nearer to 1 is equally far to the right each time.
        Assert.Equal(places[1][0] - places[0][0], places[2][0] - places[1][0], tolerance: 0.2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Draw_HardlyAnyPoints_StillDrawsAPicture(int count)
    {
        CurvePoint[] points = [.. Enumerable.Repeat(new CurvePoint(1, 100), count)];
        string text = RecallPlot.Draw("few", [new("one", points)]).ToString();
        Assert.DoesNotContain("NaN", text);
        Assert.DoesNotContain("∞", text);
    }
}
