using System.Security.Cryptography;

namespace VectorStore.Cli.Client;

/// <summary>The first part of an archive that is being downloaded, FILE.part, which the next process goes on with where this one is interrupted. Written front to back; has its own name only once it is whole.</summary>
/// <remarks>
/// Now and then, and when it is disposed, it is noted how many bytes there are, and their hash, of which snapshot. Whoever opens it again reads those bytes and compares: a part that was damaged, or is of another snapshot, is begun
/// anew. One process at a time.
/// </remarks>
internal sealed class PartFile : Stream
{
    private const int BufferBytes = 1 << 20;
    private const long NoteBytes = 16 << 20;

    private readonly string _path;
    private readonly PartState _archive;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _noted;
    private bool _isOver;

    private PartFile(string path, PartState archive, FileStream file)
    {
        _path = path;
        _archive = archive;
        _file = file;
    }

    /// <summary>How many bytes of the archive were there when it was opened.</summary>
    public long BytesFound { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _file.Length;

    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException();
    }

    private string PartPath => $"{_path}.part";

    private string StatePath => $"{_path}.part.state";

    /// <summary>Opens the part there is, or begins one.</summary>
    /// <param name="path">What the archive will be called.</param>
    /// <param name="archive">Which archive it is; without a checksum nothing can be gone on with.</param>
    /// <param name="cancellationToken">Looked at while reading what there is.</param>
    public static async Task<PartFile> OpenAsync(string path, PartState archive, CancellationToken cancellationToken)
    {
        // Written through, so that no error of the disk comes after the file has its name.
        var part = new PartFile(path, archive, new FileStream($"{path}.part", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.WriteThrough));
        try
        {
            await part.FindAsync(cancellationToken);
            return part;
        }
        catch
        {
            part._isOver = true;
            await part.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the whole archive its name.</summary>
    public async Task CompleteAsync()
    {
        await _file.FlushAsync();
        _isOver = true;
        await _file.DisposeAsync();
        File.Move(PartPath, _path, overwrite: true);
        File.Delete(StatePath);
    }

    /// <summary>Leaves nothing of it: there is nothing to go on with.</summary>
    public async Task DiscardAsync()
    {
        _isOver = true;
        await _file.DisposeAsync();
        File.Delete(PartPath);
        File.Delete(StatePath);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _file.WriteAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span);
        if (_file.Position - _noted >= NoteBytes)
            Note();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _file.Write(buffer, offset, count);
        _hash.AppendData(buffer, offset, count);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _file.FlushAsync(cancellationToken);

    public override void Flush() => _file.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            bool isEmpty = !_isOver && _file.Position == 0;
            try
            {
                if (!_isOver)
                    Note();
            }
            finally
            {
                _isOver = true;
                _file.Dispose();
                _hash.Dispose();
            }

            if (isEmpty)
                File.Delete(PartPath);
        }

        base.Dispose(disposing);
    }

    private async Task FindAsync(CancellationToken cancellationToken)
    {
        if (PartState.Read(StatePath) is { } state && state.IsSameArchiveAs(_archive) && state.Bytes <= _file.Length && await IsAsync(state, cancellationToken))
        {
            _file.SetLength(state.Bytes);
            _file.Position = BytesFound = _noted = state.Bytes;
            return;
        }

        // What is known of an earlier part is not true of this one any more.
        File.Delete(StatePath);
        _file.SetLength(0);
        _ = _hash.GetHashAndReset();
    }

    private async Task<bool> IsAsync(PartState state, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        for (long left = state.Bytes; left > 0;)
        {
            int read = await _file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
            if (read == 0)
                return false;

            _hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return Convert.ToHexStringLower(_hash.GetCurrentHash()) == state.Sha256;
    }

    private void Note()
    {
        _file.Flush();
        _noted = _file.Position;
        if (_noted > 0 && _archive.Checksum.Length > 0)
            (_archive with { Bytes = _noted, Sha256 = Convert.ToHexStringLower(_hash.GetCurrentHash()) }).Write(StatePath);
    }
}
