using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Storage;

namespace VectorStore.Engine.Collections;

/// <summary>Reads and replaces the manifest of one collection. One thread.</summary>
/// <remarks>
/// A manifest is written whole under a new name and synced, with its directory; only then CURRENT is replaced to name it. The two before it
/// stay. See docs/format/manifest.md.
/// </remarks>
internal sealed class ManifestStore(IFileSystem fileSystem, string directory)
{
    public const uint FormatVersion = 4;
    public const string CurrentFile = "CURRENT";
    private const string Prefix = "MANIFEST-";
    private const int ManifestBytesMax = 64 * 1024 * 1024;
    private const int CurrentBytesMax = 256;

    /// <summary>How many manifests stay, the current one included.</summary>
    public const ulong Kept = 3;


    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };

    public static string FileName(ulong number) => $"{Prefix}{number:d8}";

    /// <summary>The manifest that CURRENT names.</summary>
    public Manifest Read() => Read(ReadCurrent());

    /// <summary>The kept manifests before <paramref name="current"/>, as far as they can be read: nobody needs them but people.</summary>
    public IReadOnlyList<Manifest> ReadPrevious(ulong current)
    {
        var previous = new List<Manifest>();
        for (ulong number = current - Math.Min(current, Kept - 1); number < current; number++)
        {
            try
            {
                if (fileSystem.FileExists($"{directory}/{FileName(number)}"))
                    previous.Add(Read(number));
            }
            catch (VectorStoreException)
            {
                // A damaged one keeps nothing alive.
            }
        }

        return previous;
    }

    /// <summary>Whether there is a manifest of this number.</summary>
    public bool Exists(ulong number) => fileSystem.FileExists($"{directory}/{FileName(number)}");

    /// <summary>Length of a manifest's file.</summary>
    public long BytesOf(ulong number)
    {
        using var file = fileSystem.OpenFile($"{directory}/{FileName(number)}", FileAccessMode.Read);
        return file.Length;
    }

    /// <summary>Numbers of the manifests there are, named or not, ascending.</summary>
    public IReadOnlyList<ulong> ListNumbers()
    {
        var numbers = new List<ulong>();
        foreach (string name in fileSystem.ListFiles(directory))
        {
            if (TryParseFileName(name, out ulong number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>A manifest of a number, whole.</summary>
    public Manifest Read(ulong number)
    {
        string path = $"{directory}/{FileName(number)}";
        using var file = BlockFileReader.Open(fileSystem, path, BlockFileKind.Manifest, FormatVersion);
        if (file.BodyBytes > ManifestBytesMax)
            throw new CorruptDataException(path, 0, $"a manifest has at most {ManifestBytesMax} bytes, this one has {file.BodyBytes}");

        byte[] json = new byte[file.BodyBytes];
        file.Read(json, 0);
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(json, s_json) ?? throw new JsonException("the manifest is null");
            if (manifest.Number != number)
                throw new CorruptDataException(path, 0, "manifest number", number, manifest.Number);

            Limits.CheckConfig(manifest.Config);
            CheckBuilt(manifest, path);
            return manifest;
        }
        catch (Exception problem) when (problem is JsonException or InvalidRequestException)
        {
            throw new CorruptDataException(path, 0, problem.Message);
        }
    }

    /// <summary>Checks what segments say of how they were built as a configuration is checked.</summary>
    private static void CheckBuilt(Manifest manifest, string path)
    {
        var schema = new VectorSchema(manifest.Config);
        foreach (var entry in manifest.Segments)
        {
            if (entry?.Built is not { } built)
                continue;
            if (built.Count != schema.Count || built.Any(vector => vector?.Quantization is null))
                throw new CorruptDataException(path, 0, $"segment {entry.Number}: expected what {schema.Count} vectors were built with, found that of {built.Count(vector => vector?.Quantization is not null)}");

            Limits.CheckConfig(manifest.Config with
            {
                Vectors = Enumerable.Range(0, schema.Count).ToDictionary(vector => schema[vector].Name, vector => built[vector].ApplyTo(schema[vector].Config)),
            });
        }
    }

    /// <summary>Makes this the manifest; durable when it returns.</summary>
    /// <exception cref="StorageException">Nothing changed: the manifest before is still the one.</exception>
    /// <exception cref="DatabaseStateException">CURRENT was replaced, but may not be durable: nothing may be built on either until the collection is reopened.</exception>
    public void Write(Manifest manifest)
    {
        // A crash before CURRENT named it may have left a file of this number.
        string path = $"{directory}/{FileName(manifest.Number)}";
        if (fileSystem.FileExists(path))
            fileSystem.DeleteFile(path);

        using (var file = new BlockFileWriter(fileSystem, path, BlockFileKind.Manifest, FormatVersion))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(manifest, s_json));
            file.Complete();
        }

        fileSystem.SyncDirectory(directory);
        try
        {
            fileSystem.WriteAtomically($"{directory}/{CurrentFile}", CurrentContents(manifest.Number));
        }
        catch (StorageException problem) when (NamesAlready(manifest.Number))
        {
            throw new DatabaseStateException(
                ErrorReason.CollectionReadOnly,
                $"{directory}/{CurrentFile} was replaced, but whether that is durable is unknown until the collection is reopened: {problem.Message}",
                problem);
        }
    }

    /// <summary>Removes manifests older than the two before <paramref name="current"/>, and any that a crash left unnamed.</summary>
    public void Prune(ulong current)
    {
        foreach (string name in fileSystem.ListFiles(directory))
        {
            if (TryParseFileName(name, out ulong number) && (number + Kept <= current || number > current))
                fileSystem.DeleteFile($"{directory}/{name}");
        }
    }

    /// <summary>Length of CURRENT where it names this manifest.</summary>
    public static int CurrentBytes(ulong number) => CurrentContents(number).Length;

    private static bool TryParseFileName(string name, out ulong number)
    {
        number = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal) && ulong.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, null, out number);
    }

    private static byte[] CurrentContents(ulong number)
    {
        string name = FileName(number);
        return Encoding.ASCII.GetBytes($"{name} {Crc32C.Compute(Encoding.ASCII.GetBytes(name)):x8}\n");
    }

    private bool NamesAlready(ulong number)
    {
        try
        {
            return fileSystem.FileExists($"{directory}/{CurrentFile}") && ReadCurrent() == number;
        }
        catch (VectorStoreException)
        {
            // It cannot be read: assume the worse.
            return true;
        }
    }

    /// <summary>The number that CURRENT names.</summary>
    public ulong ReadCurrent()
    {
        string path = $"{directory}/{CurrentFile}";
        if (!fileSystem.FileExists(path))
            throw new CorruptDataException(path, 0, "the file is missing");

        byte[] contents = fileSystem.ReadAllBytes(path, CurrentBytesMax);
        string text = Encoding.ASCII.GetString(contents);
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end > Prefix.Length
            && ulong.TryParse(text.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, null, out ulong number)
            && contents.AsSpan().SequenceEqual(CurrentContents(number)))
        {
            return number;
        }

        throw new CorruptDataException(path, 0, "it does not name a manifest with its checksum");
    }
}
