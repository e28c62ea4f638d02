namespace VectorStore.Client;

/// <summary>A file of the server was written by a newer version of VectorStore. It was left untouched.</summary>
public sealed class UnsupportedFormatVersionException : VectorStoreException
{
    internal UnsupportedFormatVersionException(string message, string file, long versionFound, long versionMax, Exception? innerException = null)
        : base(ErrorReason.UnsupportedFormatVersion, message, innerException)
    {
        File = file;
        VersionFound = versionFound;
        VersionMax = versionMax;
    }

    /// <summary>Path of the file on the server; empty where the server does not say.</summary>
    public string File { get; }

    /// <summary>The version in the file; 0 where the server does not say.</summary>
    public long VersionFound { get; }

    /// <summary>The newest version the server reads; 0 where it does not say.</summary>
    public long VersionMax { get; }
}
