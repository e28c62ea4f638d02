namespace VectorStore.Engine;

/// <summary>A file was written by a newer version of VectorStore. It was left untouched.</summary>
public sealed class UnsupportedFormatVersionException : VectorStoreException
{
    internal UnsupportedFormatVersionException(string file, uint versionFound, uint versionMax)
        : base(ErrorReason.UnsupportedFormatVersion, $"{file} has format version {versionFound}; this build reads versions up to {versionMax}")
    {
        File = file;
        VersionFound = versionFound;
        VersionMax = versionMax;
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>The version in the file.</summary>
    public long VersionFound { get; }

    /// <summary>The newest version this build reads.</summary>
    public long VersionMax { get; }
}
