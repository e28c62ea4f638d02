using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Payloads;

/// <summary>Makes and reopens payload stores on FASTER.</summary>
/// <param name="fileSystem">Where they are.</param>
/// <param name="onFailure">
/// Told of the directory and the first failure of a store it made, once, by the thread that met it; must not block. The next call on the store throws it.
/// </param>
/// <param name="sizing">How large to make a store for so many values; null for the usual sizes.</param>
/// <param name="memoryBytes">Of the log's newest part, whatever a store was made with; null: as <paramref name="sizing"/> says, or as it was made.</param>
internal sealed class FasterPayloadStoreProvider(IFileSystem fileSystem, Action<string, Exception>? onFailure = null, Func<long, FasterSizing>? sizing = null, long? memoryBytes = null)
    : IPayloadStoreProvider
{
    public IPayloadStore Create(string directory, long pointsExpected)
    {
        if (fileSystem.DirectoryExists(directory))
            fileSystem.DeleteDirectory(directory);
        fileSystem.CreateDirectoryDurably(directory);
        return FasterPayloadStore.Create(fileSystem, directory, WithMemory((sizing ?? FasterSizing.For)(pointsExpected)), LatchFor(directory));
    }

    public IPayloadStore? TryRecover(string directory, PayloadCheckpoint checkpoint, out string? doubt)
    {
        GuardedDevice? device = null;
        try
        {
            var (sizes, file) = ReadCheckpoint(directory, checkpoint);
            var latch = LatchFor(directory);
            device = new GuardedDevice(fileSystem, directory, sizes.SegmentBytes, latch);
            device.Load(file);
            DeleteLeftovers(directory, file, sizes.SegmentBytes);
            var store = FasterPayloadStore.Recover(fileSystem, directory, WithMemory(sizes), device, latch, file);
            doubt = null;
            return store;
        }
        catch (Exception failure)
        {
            // Whatever it was, a rebuilt store is right; the doubt says what was wrong with this one.
            device?.Dispose();
            doubt = failure.Message;
            return null;
        }
    }

    private FasterSizing WithMemory(FasterSizing sizes) => memoryBytes is { } bytes ? sizes.WithMemory(bytes) : sizes;

    private FailureLatch LatchFor(string directory) => new(onFailure is null ? null : failure => onFailure(directory, failure));

    private (FasterSizing Sizes, PayloadCheckpointFile File) ReadCheckpoint(string directory, PayloadCheckpoint checkpoint)
    {
        if (!Guid.TryParseExact(checkpoint.Token, "N", out var token))
            throw new CorruptDataException(directory, 0, $"'{checkpoint.Token}' names no checkpoint");
        var sizes = FasterSizing.Parse(checkpoint.Sizing) ?? throw new CorruptDataException(directory, 0, $"'{checkpoint.Sizing}' is no sizing of a payload store");

        string path = $"{directory}/{PayloadDeviceFormat.CheckpointName(token)}";
        var file = PayloadCheckpointFile.Read(fileSystem, path);
        if (file.Token != token || file.Lsn != checkpoint.Lsn || file.Sizing != checkpoint.Sizing || file.EndAddress < PayloadDeviceFormat.FirstAddress)
            throw new CorruptDataException(path, 16, $"the file holds checkpoint {file.Token:N} of log position {file.Lsn} with '{file.Sizing}', asked was {checkpoint}");

        return (sizes, file);
    }

    /// <summary>Removes everything that is not of the checkpoint: other checkpoints, later segments, unfinished files. The log goes on from here.</summary>
    private void DeleteLeftovers(string directory, PayloadCheckpointFile checkpoint, long segmentBytes)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal) { PayloadDeviceFormat.CheckpointName(checkpoint.Token) };
        int segments = checkpoint.EndAddress <= PayloadDeviceFormat.FirstAddress ? 0 : (int)((checkpoint.EndAddress + segmentBytes - 1) / segmentBytes);
        for (int segment = 0; segment < segments; segment++)
        {
            kept.Add(PayloadDeviceFormat.SegmentName(segment));
            kept.Add(PayloadDeviceFormat.SideName(segment));
        }

        foreach (string name in fileSystem.ListFiles(directory))
        {
            if (!kept.Contains(name))
                fileSystem.DeleteFile($"{directory}/{name}");
        }
    }
}
