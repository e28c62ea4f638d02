namespace VectorStore.Engine;

/// <summary>The two kinds of point id. Persisted: values never change.</summary>
public enum PointIdKind : byte
{
    /// <summary>An unsigned 64-bit integer.</summary>
    Integer = 0,

    /// <summary>A 128-bit UUID.</summary>
    Uuid = 1,
}
