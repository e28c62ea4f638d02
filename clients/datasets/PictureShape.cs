namespace VectorStore.Datasets;

/// <summary>What a synthetic picture shows; its label.</summary>
public enum PictureShape
{
    /// <summary>A filled circle.</summary>
    Blob,

    /// <summary>A circle's outline.</summary>
    Ring,

    /// <summary>One stroke.</summary>
    Bar,

    /// <summary>Two strokes, crossed.</summary>
    Cross,

    /// <summary>A square's outline.</summary>
    Frame,

    /// <summary>A filled triangle.</summary>
    Triangle,

    /// <summary>Half a ring.</summary>
    Arc,

    /// <summary>Three parallel strokes.</summary>
    Stripes,

    /// <summary>Two small filled circles.</summary>
    Pair,

    /// <summary>Two strokes that meet at a corner.</summary>
    Corner,
}
