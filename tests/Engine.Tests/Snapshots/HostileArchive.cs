using System.Security.Cryptography;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;

namespace VectorStore.Engine.Tests.Snapshots;

/// <summary>A sound archive taken apart, so that a test changes one thing and puts it together with checksums that fit.</summary>
internal sealed class HostileArchive
{
    private HostileArchive(ArchiveHeader header, List<(ArchiveEntry Entry, byte[] Contents)> entries)
    {
        Header = header;
        Entries = entries;
    }

    public ArchiveHeader Header { get; set; }

    public List<(ArchiveEntry Entry, byte[] Contents)> Entries { get; }

    public static HostileArchive Parse(byte[] archive)
    {
        var header = ArchiveHeader.Read("archive", archive);
        var entries = new List<(ArchiveEntry Entry, byte[] Contents)>();
        int at = ArchiveHeader.Bytes;
        while (at < archive.Length)
        {
            int bytes = ArchiveEntry.FixedBytes + ArchiveEntry.ReadNameBytes("archive", at, archive.AsSpan(at), header.NameBytesMax);
            var entry = ArchiveEntry.Read("archive", at, archive.AsSpan(at, bytes));
            at += bytes;
            entries.Add((entry, archive.AsSpan(at, (int)entry.Length).ToArray()));
            at += (int)entry.Length;
        }

        return new HostileArchive(header, entries);
    }

    public byte[] ToBytes()
    {
        using var archive = new MemoryStream();
        archive.Write(Header.ToBytes());
        foreach (var (entry, contents) in Entries)
        {
            archive.Write(entry.ToBytes());
            archive.Write(contents);
        }

        return archive.ToArray();
    }

    /// <summary>Puts other contents in, with length and hash that fit them.</summary>
    public void Replace(int index, byte[] contents) =>
        Entries[index] = (Entries[index].Entry with { Length = contents.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(contents)) }, contents);

    public void Rename(int index, string name) => Entries[index] = (Entries[index].Entry with { Name = name }, Entries[index].Contents);

    public int IndexOf(string suffix) => Entries.FindIndex(entry => entry.Entry.Name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>Puts another descriptor in, sealed as ours are.</summary>
    public void ReplaceDescriptor(Func<SnapshotDescriptor, SnapshotDescriptor> change)
    {
        var disk = Unpack();
        var descriptor = SnapshotDescriptorFile.Read(disk, "/a");
        disk.DeleteFile("/a/SNAPSHOT");
        SnapshotDescriptorFile.Write(disk, "/a", change(descriptor));
        Replace(0, disk.LiveBytes("/a/SNAPSHOT"));
        Header = Header with { ContentBytes = Entries.Sum(entry => entry.Entry.Length) };
    }

    /// <summary>Puts another manifest in, sealed as ours are, and lets everything else fit it.</summary>
    public void ReplaceManifest(Func<Manifest, Manifest> change)
    {
        var disk = Unpack();
        var manifest = change(new ManifestStore(disk, "/a").Read());
        new ManifestStore(disk, "/a").Write(manifest);
        int index = Entries.FindIndex(entry => entry.Entry.Name.StartsWith("MANIFEST-", StringComparison.Ordinal));
        Rename(index, ManifestStore.FileName(manifest.Number));
        Replace(index, disk.LiveBytes($"/a/{ManifestStore.FileName(manifest.Number)}"));
        Replace(IndexOf("CURRENT"), disk.LiveBytes("/a/CURRENT"));
        Fit();
    }

    /// <summary>Lets descriptor and header say what the entries are.</summary>
    public void Fit()
    {
        ReplaceDescriptor(descriptor => descriptor with
        {
            Files = [.. Entries.Skip(1).Select(entry => new SnapshotFile(entry.Entry.Name, entry.Entry.Length, entry.Entry.Sha256))],
            Bytes = Entries.Skip(1).Sum(entry => entry.Entry.Length),
        });
        Header = Header with { Entries = Entries.Count, ContentBytes = Entries.Sum(entry => entry.Entry.Length) };
    }

    private SimulatedFileSystem Unpack()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/a");
        foreach (var (entry, contents) in Entries.Where(entry => !entry.Entry.Name.Contains('/', StringComparison.Ordinal)).DistinctBy(entry => entry.Entry.Name))
        {
            using var file = disk.CreateFile($"/a/{entry.Name}");
            file.Write(contents, 0);
        }

        return disk;
    }
}
