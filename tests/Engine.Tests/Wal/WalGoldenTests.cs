using System.Globalization;
using System.Text;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>The bytes of version 1, as docs/format/wal.md shows them.</summary>
public sealed class WalGoldenTests
{
    [Fact]
    public void Log_OfTheDocumentedExample_HasTheDocumentedBytes()
    {
        var options = WalTesting.SmallFiles with { NewFileId = () => Guid.Parse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") };
        var (disk, log, _) = WalTesting.NewLog(options);
        using (log)
            WalTesting.Settled(log.AppendAsync(7, Encoding.ASCII.GetBytes("hello"), null, CancellationToken.None));

        byte[] found = disk.LiveBytes(WalTesting.FilePath(1));
        byte[] expected = new byte[found.Length];
        foreach (var (offset, bytes) in DocumentedBytes())
            bytes.CopyTo(expected, offset);

        Assert.True(expected.AsSpan().SequenceEqual(found), "docs/format/wal.md should show:\n" + Dump(found));
    }

    [Fact]
    public void Header_WithItsFieldsSet_ReadsBackTheSame()
    {
        var header = new WalFileHeader(WalTesting.CollectionId, Guid.Parse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), 12, 345, 678, 9000);
        byte[] page = new byte[WalFormat.FileHeaderBytes];
        header.Write(page);
        Assert.Equal(header, WalFileHeader.Read("file", page));
    }

    [Fact]
    public void Header_OfAFutureVersion_ThrowsUnsupportedVersion()
    {
        byte[] page = new byte[WalFormat.FileHeaderBytes];
        new WalFileHeader(WalTesting.CollectionId, Guid.Empty, 1, 1, 0, 9000).Write(page);
        page[8] = 2;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(4092), Engine.Primitives.Crc32C.Compute(page.AsSpan(0, 4092)));
        Assert.Equal(2, Assert.Throws<UnsupportedFormatVersionException>(() => WalFileHeader.Read("file", page)).VersionFound);
    }

    private static string Dump(byte[] bytes)
    {
        var text = new StringBuilder();
        for (int at = 0; at < bytes.Length; at += 16)
        {
            var line = bytes.AsSpan(at, Math.Min(16, bytes.Length - at));
            if (line.ContainsAnyExcept((byte)0))
                text.AppendLine(CultureInfo.InvariantCulture, $"{at,6}  {string.Join(' ', line.ToArray().Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))}");
        }

        return text.ToString();
    }

    private static IEnumerable<(int Offset, byte[] Bytes)> DocumentedBytes()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "VectorStore.sln")))
            root = Path.GetDirectoryName(root);

        string[] page = File.ReadAllLines(Path.Combine(root!, "docs", "format", "wal.md"));
        int fence = Array.FindIndex(page, Array.IndexOf(page, "## Example"), line => line == "```");
        foreach (string line in page.Skip(fence + 1).TakeWhile(line => line != "```"))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            yield return (int.Parse(parts[0], CultureInfo.InvariantCulture), parts.Skip(1).Select(part => byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray());
        }
    }
}
