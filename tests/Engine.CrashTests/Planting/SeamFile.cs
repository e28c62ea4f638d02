using VectorStore.Engine.Storage;

namespace VectorStore.Engine.CrashTests.Planting;

/// <summary>An open file behind a <see cref="SeamFileSystem"/>, which decides about each call.</summary>
internal sealed class SeamFile(SeamFileSystem seam, IFile file) : IFile
{
    public string Path => file.Path;

    public long Length => file.Length;

    public int Read(Span<byte> buffer, long offset) => seam.Read(file, buffer, offset);

    public IFileMap Map() => file.Map();

    public void Write(ReadOnlySpan<byte> buffer, long offset) => seam.Write(file, buffer, offset);

    public void Preallocate(long length) => seam.Preallocate(file, length);

    public void SetLength(long length) => seam.SetLength(file, length);

    public void SyncData() => seam.SyncData(file);

    public void Dispose() => file.Dispose();
}
