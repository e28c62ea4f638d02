namespace VectorStore.Engine.Simulation;

/// <summary>Bytes of a file in pages, zero where nothing was written. Everything from <see cref="Length"/> on is zero.</summary>
/// <remarks>A page never changes once it is in place, so copies share pages and cost only the table.</remarks>
internal sealed class SparseBytes
{
    public const int PageBytes = 4096;

    private readonly Dictionary<long, byte[]> _pages;

    public SparseBytes()
        : this([])
    {
    }

    private SparseBytes(Dictionary<long, byte[]> pages) => _pages = pages;

    public long Length { get; private set; }

    /// <summary>Pages that hold bytes, from <paramref name="firstPage"/> on.</summary>
    public long CountPages(long firstPage) => firstPage == 0 ? _pages.Count : _pages.Keys.Count(page => page >= firstPage);

    public bool HasPage(long page) => _pages.ContainsKey(page);

    public SparseBytes Clone() => new(new Dictionary<long, byte[]>(_pages)) { Length = Length };

    public int Read(Span<byte> buffer, long offset)
    {
        int total = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        foreach (var piece in Pieces(offset, total, PageBytes))
        {
            var target = buffer.Slice((int)(piece.Offset - offset), piece.Count);
            if (_pages.TryGetValue(piece.Unit, out byte[]? page))
                page.AsSpan((int)(piece.Offset % PageBytes), piece.Count).CopyTo(target);
            else
                target.Clear();
        }

        return total;
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        Read(bytes, 0);
        return bytes;
    }

    /// <summary>Puts bytes down and extends the length where they reach beyond it.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        foreach (var piece in Pieces(offset, bytes.Length, PageBytes))
        {
            byte[] page = _pages.TryGetValue(piece.Unit, out byte[]? old) ? (byte[])old.Clone() : new byte[PageBytes];
            bytes.Slice((int)(piece.Offset - offset), piece.Count).CopyTo(page.AsSpan((int)(piece.Offset % PageBytes)));
            _pages[piece.Unit] = page;
        }

        Length = Math.Max(Length, offset + bytes.Length);
    }

    public void SetLength(long length)
    {
        if (length < Length)
            ClearFrom(length);

        Length = length;
    }

    /// <summary>Cuts a range of bytes where it crosses a multiple of <paramref name="unitBytes"/>.</summary>
    public static IEnumerable<(long Unit, long Offset, int Count)> Pieces(long offset, int count, int unitBytes)
    {
        long end = offset + count;
        while (offset < end)
        {
            long unit = offset / unitBytes;
            int taken = (int)Math.Min(((unit + 1) * unitBytes) - offset, end - offset);
            yield return (unit, offset, taken);
            offset += taken;
        }
    }

    private void ClearFrom(long offset)
    {
        long lastKept = (offset - 1) / PageBytes;
        foreach (long page in _pages.Keys.Where(page => page > lastKept || offset == 0).ToList())
            _pages.Remove(page);

        int keptOfLast = (int)(offset % PageBytes);
        if (keptOfLast != 0 && _pages.TryGetValue(lastKept, out byte[]? old))
        {
            byte[] page = new byte[PageBytes];
            old.AsSpan(0, keptOfLast).CopyTo(page);
            _pages[lastKept] = page;
        }
    }
}
