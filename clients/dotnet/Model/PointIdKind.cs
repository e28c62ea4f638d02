namespace VectorStore.Client;

/// <summary>The two kinds of point id.</summary>
public enum PointIdKind : byte
{
    /// <summary>An unsigned 64-bit integer.</summary>
    Integer = 0,

    /// <summary>A 128-bit UUID.</summary>
    Uuid = 1,
}
