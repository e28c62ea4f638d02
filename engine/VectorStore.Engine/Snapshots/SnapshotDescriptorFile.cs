using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Snapshots;

/// <summary>Reads and writes the descriptor of a snapshot.</summary>
internal static class SnapshotDescriptorFile
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };

    /// <summary>Writes the descriptor and makes its contents durable; its name is once the caller syncs the directory.</summary>
    /// <returns>The descriptor with its checksum.</returns>
    public static SnapshotDescriptor Write(IFileSystem fileSystem, string directory, SnapshotDescriptor descriptor)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(descriptor, s_json);
        using var file = new BlockFileWriter(fileSystem, $"{directory}/{SnapshotFormat.DescriptorFile}", BlockFileKind.Snapshot, VersionOf(descriptor));
        file.Write(json);
        file.Complete();
        return descriptor with { Checksum = ChecksumOf(json), FileBytes = BlockFileFormat.FileBytes(json.Length) };
    }

    /// <summary>Reads the descriptor of a snapshot and checks all that it alone can show.</summary>
    public static SnapshotDescriptor Read(IFileSystem fileSystem, string directory)
    {
        string path = $"{directory}/{SnapshotFormat.DescriptorFile}";
        using var file = BlockFileReader.Open(fileSystem, path, BlockFileKind.Snapshot, SnapshotFormat.LogFilesVersion);
        if (file.BodyBytes > SnapshotFormat.DescriptorBytesMax)
            throw new CorruptDataException(path, 0, $"a descriptor has at most {SnapshotFormat.DescriptorBytesMax} bytes, this one has {file.BodyBytes}");

        byte[] json = new byte[file.BodyBytes];
        file.Read(json, 0);
        SnapshotDescriptor descriptor;
        try
        {
            descriptor = JsonSerializer.Deserialize<SnapshotDescriptor>(json, s_json) ?? throw new JsonException("the descriptor is null");
        }
        catch (JsonException problem)
        {
            throw new CorruptDataException(path, 0, problem.Message);
        }

        if (file.Version == SnapshotFormat.DatabaseVersion)
            CheckMembers(path, descriptor);
        else if (descriptor.Collections is not null || descriptor.Config is null)
            throw new CorruptDataException(path, 0, "a snapshot of one collection has its configuration, and names no others");

        CheckFiles(path, descriptor);
        if (file.Version != VersionOf(descriptor))
            throw new CorruptDataException(path, 0, $"a snapshot with these files has version {VersionOf(descriptor)}, this one says {file.Version}");

        return descriptor with { Checksum = ChecksumOf(json), FileBytes = BlockFileFormat.FileBytes(json.Length) };
    }

    /// <summary>The lowest that can be, so that who does not know files of logs reads what has none.</summary>
    private static uint VersionOf(SnapshotDescriptor descriptor)
    {
        if (descriptor.Collections is not null)
            return SnapshotFormat.DatabaseVersion;

        return descriptor.Files.Any(file => SnapshotFormat.IsLogName(file.Name) && file.Name != SnapshotFormat.OnlyLogFile)
            ? SnapshotFormat.LogFilesVersion
            : SnapshotFormat.Version;
    }

    private static void CheckFiles(string path, SnapshotDescriptor descriptor)
    {
        if (descriptor.Files.Count > SnapshotFormat.FilesMax)
            throw new CorruptDataException(path, 0, $"a snapshot has at most {SnapshotFormat.FilesMax} files, this one says {descriptor.Files.Count}");

        long bytes = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in descriptor.Files)
        {
            if (file?.Name is null || !(descriptor.Collections is null ? SnapshotFormat.IsFileName(file.Name) : SnapshotFormat.IsDatabaseFileName(file.Name)))
                throw new CorruptDataException(path, 0, $"'{file?.Name}' is not the name of a snapshot's file");
            if (!names.Add(file.Name))
                throw new CorruptDataException(path, 0, $"the file {file.Name} is named twice");
            if (file.Bytes is < 0 or > SnapshotFormat.BytesMax)
                throw new CorruptDataException(path, 0, $"{file.Name}: expected 0 to {SnapshotFormat.BytesMax} bytes, got {file.Bytes}");
            if (file.Sha256 is not { Length: 2 * SnapshotFormat.Sha256Bytes } hash || !hash.All(char.IsAsciiHexDigitLower))
                throw new CorruptDataException(path, 0, $"{file.Name}: '{file.Sha256}' is not a SHA-256");

            bytes += file.Bytes;
            if (bytes > SnapshotFormat.BytesMax)
                throw new CorruptDataException(path, 0, $"a snapshot has at most {SnapshotFormat.BytesMax} bytes, this one says more");
        }

        if (bytes != descriptor.Bytes)
            throw new CorruptDataException(path, 0, $"expected {descriptor.Bytes} bytes over all files, they add up to {bytes}");
    }

    private static void CheckMembers(string path, SnapshotDescriptor descriptor)
    {
        if (descriptor.Collections is null || descriptor.Config is not null || descriptor.Lsn != 0 || descriptor.CollectionName != SnapshotFormat.All)
            throw new CorruptDataException(path, 0, "a snapshot of the whole database names its collections, and has no configuration and log position of its own");

        string before = "";
        foreach (var member in descriptor.Collections)
        {
            if (member?.CollectionName is null || string.CompareOrdinal(member.CollectionName, before) <= 0)
                throw new CorruptDataException(path, 0, $"collection '{member?.CollectionName}' cannot come after '{before}'");
            if (!SnapshotFormat.IsDatabaseFileName($"{SnapshotFormat.MemberDirectory(member.CollectionName)}/{SnapshotFormat.DescriptorFile}"))
                throw new CorruptDataException(path, 0, $"'{member.CollectionName}' is not the name of a collection");

            before = member.CollectionName;
        }

        var collections = descriptor.Collections.Select(member => member.CollectionName).ToHashSet(StringComparer.Ordinal);
        foreach (var file in descriptor.Files.Where(file => file?.Name is not null))
        {
            if (!SnapshotFormat.IsDatabaseFileName(file.Name) || !collections.Contains(file.Name.Split('/')[1]))
                throw new CorruptDataException(path, 0, $"'{file.Name}' is not of one of the collections");
        }
    }

    private static string ChecksumOf(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json));
}
