using System.Xml.Linq;

namespace VectorStore.Benchmarks.Search.Curves;

/// <summary>Draws recall against queries per second as SVG: what is further up and to the right is better.</summary>
/// <remarks>Both axes are logarithmic, recall in its distance from 1, so that 0.9, 0.99 and 0.999 are equally far apart.</remarks>
internal static class RecallPlot
{
    private const double Width = 860;
    private const double Height = 520;
    private const double Left = 80;
    private const double Right = 200;
    private const double Top = 50;
    private const double Bottom = 60;

    // A recall of 1 is infinitely far away.
    private const double RecallMax = 0.9999;
    private const double RecallMin = 0.5;

    private static readonly double[] s_recallTicks = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999];
    private static readonly string[] s_colours = ["#c0392b", "#2471a3", "#239b56", "#b9770e", "#7d3c98", "#566573"];
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    public static XDocument Draw(string title, IReadOnlyList<PlotSeries> series)
    {
        var points = series.SelectMany(one => one.Points).Where(point => point.Recall >= RecallMin).ToList();
        if (points.Count == 0)
            points = [new CurvePoint(RecallMin, 1), new CurvePoint(RecallMax, 10)];

        var recall = new PlotAxis(points.Min(point => Distance(point.Recall)), points.Max(point => Distance(point.Recall)), Left, Width - Right);
        var rate = new PlotAxis(Math.Log10(points.Min(point => point.Qps)), Math.Log10(points.Max(point => point.Qps)), Height - Bottom, Top);
        var picture = new XElement(
            s_svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} {Height}"),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", 12),
            new XElement(s_svg + "rect", new XAttribute("width", Width), new XAttribute("height", Height), new XAttribute("fill", "white")),
            Text(Left, Top / 2, title, "start", 15),
            Text((Left + Width - Right) / 2, Height - 15, "recall", "middle"),
            Text(Left, Top - 8, "queries per second", "middle"));

        foreach (double tick in s_recallTicks.Where(tick => recall.Contains(Distance(tick))))
        {
            double x = recall.Place(Distance(tick));
            picture.Add(Line(x, Top, x, Height - Bottom, "#dddddd"), Text(x, Height - Bottom + 18, $"{tick}", "middle"));
        }

        foreach (double tick in RateTicks(rate))
        {
            double y = rate.Place(Math.Log10(tick));
            picture.Add(Line(Left, y, Width - Right, y, "#dddddd"), Text(Left - 8, y + 4, $"{tick:n0}", "end"));
        }

        for (int number = 0; number < series.Count; number++)
            picture.Add(DrawSeries(series[number], s_colours[number % s_colours.Length], recall, rate, Top + 20 + (number * 20)));

        return new XDocument(picture);
    }

    private static IEnumerable<XElement> DrawSeries(PlotSeries series, string colour, PlotAxis recall, PlotAxis rate, double legendY)
    {
        var places = series.Points
            .Where(point => point.Recall >= RecallMin)
            .OrderBy(point => point.Recall)
            .Select(point => (X: recall.Place(Distance(point.Recall)), Y: rate.Place(Math.Log10(point.Qps))))
            .ToList();
        yield return new XElement(
            s_svg + "polyline",
            new XAttribute("points", string.Join(' ', places.Select(place => $"{place.X:f1},{place.Y:f1}"))),
            new XAttribute("fill", "none"),
            new XAttribute("stroke", colour),
            new XAttribute("stroke-width", 2));
        foreach (var (x, y) in places)
            yield return new XElement(s_svg + "circle", new XAttribute("cx", $"{x:f1}"), new XAttribute("cy", $"{y:f1}"), new XAttribute("r", 3), new XAttribute("fill", colour));

        yield return new XElement(
            s_svg + "rect", new XAttribute("x", Width - Right + 15), new XAttribute("y", legendY - 9), new XAttribute("width", 12), new XAttribute("height", 10), new XAttribute("fill", colour));
        yield return Text(Width - Right + 33, legendY, series.Name, "start");
    }

    private static double Distance(double recall) => -Math.Log10(1 - Math.Clamp(recall, RecallMin, RecallMax));

    /// <summary>1, 2 and 5 times powers of ten.</summary>
    private static IEnumerable<double> RateTicks(PlotAxis rate) =>
        from power in Enumerable.Range(0, 8)
        from step in new[] { 1, 2, 5 }
        let tick = step * Math.Pow(10, power)
        where rate.Contains(Math.Log10(tick))
        select tick;

    private static XElement Line(double x1, double y1, double x2, double y2, string colour) => new(
        s_svg + "line", new XAttribute("x1", $"{x1:f1}"), new XAttribute("y1", $"{y1:f1}"), new XAttribute("x2", $"{x2:f1}"), new XAttribute("y2", $"{y2:f1}"), new XAttribute("stroke", colour));

    private static XElement Text(double x, double y, string text, string anchor, int size = 12) => new(
        s_svg + "text", new XAttribute("x", $"{x:f1}"), new XAttribute("y", $"{y:f1}"), new XAttribute("text-anchor", anchor), new XAttribute("font-size", size), text);
}
