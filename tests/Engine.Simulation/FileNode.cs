namespace VectorStore.Engine.Simulation;

/// <summary>A file with its two images: what the running system reads, and what the disk is sure to hold.</summary>
/// <remarks>Guarded by the lock of its file system.</remarks>
internal sealed class FileNode : Node
{
    private readonly SparseBytes _live;
    private readonly List<PendingChange> _pending;
    private SparseBytes _durable;
    private long _reservedPages;

    public FileNode()
        : this(new SparseBytes(), new SparseBytes(), [], 0)
    {
    }

    private FileNode(SparseBytes live, SparseBytes durable, List<PendingChange> pending, long reservedPages)
    {
        _live = live;
        _durable = durable;
        _pending = pending;
        _reservedPages = reservedPages;
    }

    public long Length => _live.Length;

    public bool IsLocked { get; set; }

    /// <summary>Bytes of disk the file takes: whole pages, written or reserved.</summary>
    public long AllocatedBytes => (_reservedPages + _live.CountPages(_reservedPages)) * SparseBytes.PageBytes;

    public int Read(Span<byte> buffer, long offset) => _live.Read(buffer, offset);

    public byte[] LiveBytes() => _live.ToArray();

    public byte[] DurableBytes() => _durable.ToArray();

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.IsEmpty)
            return;

        long lengthBefore = Length;
        _live.Write(bytes, offset);
        _pending.Add(new PendingChange(bytes.ToArray(), offset, lengthBefore, Length));
    }

    public void SetLength(long length)
    {
        _pending.Add(new PendingChange(null, 0, Length, length));
        _live.SetLength(length);
        _reservedPages = Math.Min(_reservedPages, PagesOf(length));
    }

    public void Preallocate(long length)
    {
        if (length > Length)
            SetLength(length);

        _reservedPages = Math.Max(_reservedPages, PagesOf(length));
    }

    /// <summary>How many of these bytes fit when only so many more may be allocated.</summary>
    public int CountFitting(long offset, int count, long freeBytes)
    {
        int fitting = 0;
        foreach (var piece in SparseBytes.Pieces(offset, count, SparseBytes.PageBytes))
        {
            bool isAllocated = piece.Unit < _reservedPages || _live.HasPage(piece.Unit);
            if (!isAllocated && (freeBytes -= SparseBytes.PageBytes) < 0)
                break;

            fitting += piece.Count;
        }

        return fitting;
    }

    /// <summary>Bytes that reserving up to a length would take.</summary>
    public long CountReserving(long length)
    {
        long pages = Math.Max(_reservedPages, PagesOf(length));
        return ((pages + _live.CountPages(pages)) * SparseBytes.PageBytes) - AllocatedBytes;
    }

    /// <summary>All that was written is on the disk.</summary>
    public void Sync()
    {
        foreach (var change in _pending)
            Apply(_durable, change);

        _pending.Clear();
    }

    /// <summary>A sync that failed, as on Linux: some of the data is lost for good, and no later sync knows that it was ever dirty.</summary>
    /// <remarks>The length is metadata, which the journal writes later: it stays pending, and shows zeros where the data is lost.</remarks>
    public void FailSync(Random random)
    {
        var data = _pending.Where(change => change.Data is not null).ToList();
        if (data.Count == 0)
            return;

        // One write at least is always lost: a failure that loses nothing would hide those who ignore it.
        var lost = data[random.Next(data.Count)];
        var kept = _pending.Select(change => change == lost ? change with { Data = null } : change).ToList();
        var temper = random.Next(2) == 0 ? new CrashTemper(0, 1, 1, SparseBytes.PageBytes) : CrashTemper.Draw(random) with { LengthKept = 1 };
        long lengthBefore = _durable.Length;
        _durable = AfterCrash(_durable, kept, temper, random);
        if (_durable.Length > lengthBefore && random.Next(2) == 0)
            _durable.SetLength(lengthBefore);

        _pending.Clear();
        if (_durable.Length != Length)
            _pending.Add(new PendingChange(null, 0, _durable.Length, Length));
    }

    /// <summary>Changes bytes where they lie, as a failing medium does: in both images, unasked.</summary>
    public void Damage(ReadOnlySpan<byte> bytes, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, Length);
        _live.Write(bytes, offset);
        _durable.Write(bytes, offset);
    }

    /// <summary>Cuts or extends the file as somebody else would who does not go through us.</summary>
    public void DamageLength(long length)
    {
        Sync();
        _live.SetLength(length);
        _durable.SetLength(length);
    }

    /// <summary>The file as it may be after a loss of power.</summary>
    public FileNode AfterCrash(CrashTemper temper, Random random)
    {
        var image = AfterCrash(_durable, _pending, temper, random);
        return new FileNode(image, image.Clone(), [], 0);
    }

    /// <summary>The file as it is for the next process after this one was killed: the system still has what was not synced.</summary>
    public FileNode AfterKill() => new(_live.Clone(), _durable.Clone(), [.. _pending], _reservedPages);

    private static SparseBytes AfterCrash(SparseBytes durable, List<PendingChange> pending, CrashTemper temper, Random random)
    {
        var image = durable.Clone();
        if (pending.Count == 0)
            return image;

        int lengthSteps = DrawCut(random, pending.Count, temper.LengthKept);
        long length = DrawLength(durable.Length, pending, lengthSteps, temper, random);
        var cuts = DrawDataCuts(pending, lengthSteps, temper, random);

        for (int step = 0; step < pending.Count; step++)
        {
            var change = pending[step];
            if (change.Shrinks && step < lengthSteps)
                image.SetLength(change.LengthAfter);
            if (change.Data is null)
                continue;

            foreach (var piece in SparseBytes.Pieces(change.Offset, change.Data.Length, temper.GrainBytes))
            {
                if (step < cuts[piece.Unit])
                    image.Write(change.Data.AsSpan((int)(piece.Offset - change.Offset), piece.Count), piece.Offset);
            }
        }

        image.SetLength(length);
        return image;
    }

    // Each grain is on the disk as it was after some of the changes to it, in their order. Grains know nothing of each other.
    private static Dictionary<long, int> DrawDataCuts(List<PendingChange> pending, int lengthSteps, CrashTemper temper, Random random)
    {
        Dictionary<long, List<int>> stepsOfUnit = [];
        for (int step = 0; step < pending.Count; step++)
        {
            if (pending[step].Data is not { } data)
                continue;

            foreach (var piece in SparseBytes.Pieces(pending[step].Offset, data.Length, temper.GrainBytes))
            {
                if (!stepsOfUnit.TryGetValue(piece.Unit, out var steps))
                    stepsOfUnit[piece.Unit] = steps = [];
                steps.Add(step);
            }
        }

        Dictionary<long, int> cuts = [];
        foreach (var (unit, steps) in stepsOfUnit.OrderBy(pair => pair.Key))
        {
            int kept = DrawCut(random, steps.Count, temper.DataKept);
            int cut = kept == 0 ? 0 : steps[kept - 1] + 1;

            // A write that follows a cut of the file cannot be there when the cut is not: they are of different blocks.
            long unitEnd = (unit + 1) * temper.GrainBytes;
            int undone = pending.FindIndex(lengthSteps, change => change.Shrinks && unitEnd > change.LengthAfter);
            cuts[unit] = undone < 0 ? cut : Math.Min(cut, undone);
        }

        return cuts;
    }

    private static long DrawLength(long lengthBefore, List<PendingChange> pending, int lengthSteps, CrashTemper temper, Random random)
    {
        long length = lengthSteps == 0 ? lengthBefore : pending[lengthSteps - 1].LengthAfter;
        bool isTorn = lengthSteps < pending.Count && temper.LengthKept is > 0 and < 1 && random.Next(2) == 0;
        if (!isTorn || pending[lengthSteps] is not { Data: not null } next || next.LengthAfter <= length)
            return length;

        // The next write had extended the file by some of its grains.
        long grain = temper.GrainBytes;
        long boundary = ((length / grain) + random.NextInt64(1, (next.LengthAfter - length + grain) / grain + 1)) * grain;
        return Math.Min(boundary, next.LengthAfter);
    }

    private static int DrawCut(Random random, int count, double kept)
    {
        if (random.NextDouble() >= kept)
            return 0;

        return kept == 1 || random.Next(2) == 0 ? count : random.Next(1, count + 1);
    }

    private static void Apply(SparseBytes image, PendingChange change)
    {
        if (change.Data is not null)
            image.Write(change.Data, change.Offset);
        else
            image.SetLength(change.LengthAfter);
    }

    private static long PagesOf(long length) => (length + SparseBytes.PageBytes - 1) / SparseBytes.PageBytes;
}
