using VectorStore.Engine;

namespace VectorStore.Cli.Tests.Support;

/// <summary>Distances by the book, in double precision.</summary>
internal static class Naive
{
    public static double Distance(Metric metric, float[] left, float[] right)
    {
        double dot = 0, squares = 0, absolutes = 0, leftSquares = 0, rightSquares = 0;
        for (int i = 0; i < left.Length; i++)
        {
            double difference = (double)left[i] - right[i];
            dot += (double)left[i] * right[i];
            squares += difference * difference;
            absolutes += Math.Abs(difference);
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }

        return metric switch
        {
            Metric.Euclidean => Math.Sqrt(squares),
            Metric.Manhattan => absolutes,
            Metric.Dot => -dot,
            _ => 1 - (dot / Math.Sqrt(leftSquares * rightSquares)),
        };
    }
}
