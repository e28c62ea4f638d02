using VectorStore.Benchmarks.Search.Curves;

namespace VectorStore.Benchmarks.Tests.Search;

public sealed class CurveTests
{
    private static readonly CurvePoint[] s_points = [new(0.90, 1000), new(0.94, 100), new(0.98, 10)];

    [Theory]
    [InlineData(0.90, 1000)]
    [InlineData(0.94, 100)]
    [InlineData(0.98, 10)]
    public void QpsAt_AMeasuredRecall_IsWhatWasMeasured(double recall, double expected) => Assert.Equal(expected, new Curve(s_points).QpsAt(recall));

    [Fact]
    public void QpsAt_BetweenTwoPoints_GoesStraightInTheLogarithm()
    {
        Assert.Equal(Math.Sqrt(1000 * 100), new Curve(s_points).QpsAt(0.92)!.Value, 6);
        Assert.Equal(100 / Math.Pow(10, 0.25), new Curve(s_points).QpsAt(0.95)!.Value, 6);
    }

    [Fact]
    public void QpsAt_BelowTheLowestPoint_IsThatPoint() => Assert.Equal(1000, new Curve(s_points).QpsAt(0.5));

    [Fact]
    public void QpsAt_AboveTheHighestPoint_IsNotKnown() => Assert.Null(new Curve(s_points).QpsAt(0.9801));

    [Fact]
    public void QpsAt_WithoutPoints_IsNotKnown() => Assert.Null(new Curve([]).QpsAt(0));

    [Fact]
    public void Envelope_PointsThatAnotherOneBeatsInBoth_AreLeftOut()
    {
        var curve = new Curve([new(0.98, 10), new(0.95, 90), new(0.90, 80), new(0.94, 100), new(0.98, 9), new(0.94, 50)]);
        Assert.Equal([new CurvePoint(0.94, 100), new(0.95, 90), new(0.98, 10)], curve.Envelope);
        Assert.Equal(100, curve.QpsAt(0.90));
    }

    [Fact]
    public void BestQpsAt_OfTwoCurves_IsTheBetterAtEachRecall()
    {
        Curve[] curves = [new([new(0.90, 1000), new(0.98, 10)]), new([new(0.90, 500), new(0.98, 50)])];
        Assert.Equal(1000, Curve.BestQpsAt(curves, 0.90));
        Assert.Equal(50, Curve.BestQpsAt(curves, 0.98));
        Assert.Null(Curve.BestQpsAt(curves, 0.99));
    }

    [Fact]
    public void BestQpsAt_WhereOneCurveDoesNotReachTheRecall_IsTheOther() =>
        Assert.Equal(10, Curve.BestQpsAt([new([new(0.90, 1000)]), new([new(0.99, 10)])], 0.95));
}
