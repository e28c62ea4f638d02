namespace VectorStore.Engine.Segments;

/// <summary>Names, versions and fixed parts of the files of a sealed segment; rows and graph carry the versions of their rooms. See docs/format/segment.md.</summary>
internal static class SegmentFormat
{
    public const string PointsFile = "points.seg";
    public const string PayloadsFile = "payloads.seg";

    private const string DeletesPrefix = "deletes-";
    private const string ChangesPrefix = "changes-";
    private const string Suffix = ".seg";

    public const uint PointsVersion = 1;
    public const uint PayloadsVersion = 1;
    public const uint DeletesVersion = 1;
    public const uint ChangesVersion = 1;
    public const uint CodesVersion = 1;
    public const uint FlatGraphVersion = 2;

    /// <summary>Bytes before the rows of a points file: u32 row count, u32 row size.</summary>
    public const int PointsHeaderBytes = 8;

    /// <summary>Bytes before the bitmap of a deletes file: u64 log position, u32 row count, u32 dead rows.</summary>
    public const int DeletesHeaderBytes = 16;

    public static string DirectoryName(uint number) => $"{number:d8}";

    public static string VectorsFile(int vector) => $"vectors-{vector:d2}.seg";

    public static string GraphFile(int vector) => $"graph-{vector:d2}.seg";

    public static string CodesFile(int vector) => $"codes-{vector:d2}.seg";

    public static string OrderFile(int vector) => $"order-{vector:d2}.seg";

    public static string CalibrationFile(int vector) => $"calibration-{vector:d2}.seg";

    public static string DeletesFile(ulong manifest) => $"{DeletesPrefix}{manifest:d8}{Suffix}";

    public static string ChangesFile(ulong manifest) => $"{ChangesPrefix}{manifest:d8}{Suffix}";

    /// <summary>Whether a file says which rows are dead, and which manifest was the first to name it.</summary>
    public static bool TryParseDeletesFile(string name, out ulong manifest) => TryParse(name, DeletesPrefix, out manifest);

    /// <summary>Whether a file has changed payloads, and which manifest was the first to name it.</summary>
    public static bool TryParseChangesFile(string name, out ulong manifest) => TryParse(name, ChangesPrefix, out manifest);

    /// <summary>Whether a file is of those that later manifests may name others for, and which manifest was the first to name it.</summary>
    public static bool TryParseLaterFile(string name, out ulong manifest) => TryParseDeletesFile(name, out manifest) || TryParseChangesFile(name, out manifest);

    private static bool TryParse(string name, string prefix, out ulong manifest)
    {
        manifest = 0;
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan()[prefix.Length..^Suffix.Length], System.Globalization.NumberStyles.None, null, out manifest);
    }
}
