namespace VectorStore.Engine.Simulation;

/// <summary>The calls on open files.</summary>
internal sealed partial class SimulatedFileSystem
{
    private const int BadDescriptor = 9;

    internal long LengthOf(SimulatedFile file)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return file.Node.Length;
        }
    }

    internal int Read(SimulatedFile file, Span<byte> buffer, long offset)
    {
        lock (_gate)
        {
            var fault = BeginOrFault(FileCallKind.Read, file.Path, offset, buffer.Length);
            if (fault is null)
                return file.Node.Read(buffer, offset);

            int read = fault.IsPartial ? file.Node.Read(buffer[..(buffer.Length / 2)], offset) : 0;
            return fault.Errno == 0 ? read : throw new StorageException("read", file.Path, fault.Errno);
        }
    }

    internal void Write(SimulatedFile file, ReadOnlySpan<byte> buffer, long offset)
    {
        lock (_gate)
        {
            var fault = BeginOrFault(FileCallKind.Write, file.Path, offset, buffer.Length);
            ThrowIfReadOnly(file, "write");
            int part = _random.Next(buffer.Length + 1);
            if (IsCrashPoint)
            {
                file.Node.Write(buffer[..part], offset);
                PullPlug();
            }

            if (fault is not null)
            {
                if (fault.IsPartial)
                    file.Node.Write(buffer[..part], offset);

                throw new StorageException("write", file.Path, fault.Errno);
            }

            int fitting = CapacityBytes is null ? buffer.Length : file.Node.CountFitting(offset, buffer.Length, FreeBytesLocked());
            file.Node.Write(buffer[..fitting], offset);
            if (fitting < buffer.Length)
                throw new StorageException("write", file.Path, StorageException.ErrnoNoSpace);
        }
    }

    internal void Preallocate(SimulatedFile file, long length)
    {
        lock (_gate)
        {
            Mutate(
                FileCallKind.Preallocate,
                file.Path,
                () =>
                {
                    ThrowIfReadOnly(file, "fallocate");
                    if (CapacityBytes is not null && file.Node.CountReserving(length) > FreeBytesLocked())
                        throw new StorageException("fallocate", file.Path, StorageException.ErrnoNoSpace);

                    file.Node.Preallocate(length);
                },
                offset: length);
        }
    }

    internal void SetLength(SimulatedFile file, long length)
    {
        lock (_gate)
        {
            Mutate(
                FileCallKind.SetLength,
                file.Path,
                () =>
                {
                    ThrowIfReadOnly(file, "ftruncate");
                    file.Node.SetLength(length);
                },
                offset: length);
        }
    }

    internal void SyncData(SimulatedFile file)
    {
        lock (_gate)
        {
            var fault = BeginOrFault(FileCallKind.SyncData, file.Path);
            if (IsCrashPoint)
            {
                if (_random.Next(2) == 0 && !IsIgnored(_ignoredFileSync, file.Path))
                    file.Node.Sync();
                PullPlug();
            }

            if (fault is not null)
            {
                file.Node.FailSync(_random);
                throw new StorageException("fdatasync", file.Path, fault.Errno);
            }

            if (!IsIgnored(_ignoredFileSync, file.Path))
                file.Node.Sync();
        }
    }

    internal void ReleaseLock(FileNode node)
    {
        lock (_gate)
            node.IsLocked = false;
    }

    private static void ThrowIfReadOnly(SimulatedFile file, string operation)
    {
        if (!file.IsWritable)
            throw new StorageException(operation, file.Path, BadDescriptor);
    }
}
