namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>One way to damage one file.</summary>
/// <param name="Path">The file, relative to the data directory.</param>
/// <param name="What">For messages.</param>
/// <param name="Apply">Does it to the file of this path.</param>
internal sealed record DamagedFile(string Path, string What, Action<string> Apply)
{
    public static DamagedFile Flip(string path, long offset, int bit) => new(path, $"bit {bit} of byte {offset} flipped", file =>
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ (1 << bit)));
    });

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    public static DamagedFile SetLength(string path, long length) => new(path, $"length set to {length}", file =>
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.SetLength(length);
    });

    public static DamagedFile Delete(string path) => new(path, "deleted", File.Delete);

    /// <summary>Puts another file in its place.</summary>
    public static DamagedFile Replace(string path, string other) => new(path, $"replaced by {other}", file => File.Copy(other, file, overwrite: true));

    public override string ToString() => $"{Path}: {What}";
}
