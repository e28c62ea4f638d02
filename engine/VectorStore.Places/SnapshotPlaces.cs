using VectorStore.Engine.Storage;
using VectorStore.Places.Directories;
using VectorStore.Places.S3;

namespace VectorStore.Places;

/// <summary>Opens places by their address.</summary>
public static class SnapshotPlaces
{
    private const string S3Scheme = "s3://";

    /// <summary>Opens a place. Nothing is asked of it before its first call.</summary>
    /// <param name="address">
    /// A directory's path; or <c>s3://bucket</c> or <c>s3://bucket/prefix</c>, with settings where they are needed: <c>?endpoint=URL&amp;region=NAME&amp;path-style=true&amp;part-mib=N</c>. Region and credentials are those of the
    /// environment, profile or machine, as other programs for S3 find them.
    /// </param>
    /// <exception cref="PlaceException">The address cannot be one (<see cref="PlaceErrorReason.InvalidAddress"/>).</exception>
    public static ISnapshotPlace Open(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.StartsWith(S3Scheme, StringComparison.Ordinal))
            return OpenS3(address);
        if (address.Length == 0 || address.Contains("://", StringComparison.Ordinal))
            throw new PlaceException(PlaceErrorReason.InvalidAddress, $"expected a directory, or {S3Scheme}bucket/prefix, got '{address}'");

        return new DirectoryPlace(Path.TrimEndingDirectorySeparator(Path.GetFullPath(address)), PosixFileSystem.Instance);
    }

    // Apart, so that whoever keeps archives in a directory does not load the library of S3.
    private static S3Place OpenS3(string address) => S3Place.Open(S3Settings.Parse(address));
}
