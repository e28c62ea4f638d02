using System.Security.Cryptography;
using System.Text.Json;
using VectorStore.Engine.Collections;
using VectorStore.Engine.Payloads;
using VectorStore.Engine.Segments;
using VectorStore.Engine.Simulation;
using VectorStore.Engine.Snapshots;
using VectorStore.Engine.Storage;
using VectorStore.Engine.Wal;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>Reads one file with the code that opening, verifying and restoring read it with, and nothing else of the database: a thousand times faster.</summary>
/// <param name="read">Throws an error of ours at damage. Otherwise a hash of everything that was understood, or null where that is not to be seen from here.</param>
internal sealed class FileReading(Func<IFileSystem, string?> read)
{
    private const string Data = "/data";

    private string? _sound;

    /// <summary>How to read a file of a sound database; null where nothing less than opening that does.</summary>
    public static FileReading? Of(SimulatedFileSystem sound, string path)
    {
        var reading = Find(sound, path) is { } read ? new FileReading(read) : null;

        // What is sound has to be read, or the rest would say nothing.
        if (reading is not null)
            reading._sound = reading.Read(sound);

        return reading;
    }

    /// <summary>True: damage was reported. False: what was read is what is there where nothing is damaged. Null: only the whole database can tell.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">Something else was read, and nobody was told.</exception>
    public bool? IsRefused(IFileSystem disk)
    {
        string? found;
        try
        {
            found = Read(disk);
        }
        catch (VectorStoreException)
        {
            return true;
        }

        if (found is null)
            return null;

        Assert.True(found == _sound, "something else was read, and no error says so");
        return false;
    }

    private string? Read(IFileSystem disk) => read(disk);

    private static Func<IFileSystem, string?>? Find(SimulatedFileSystem sound, string path)
    {
        string[] parts = path[(Data.Length + 1)..].Split('/');
        return parts switch
        {
            ["SCHEDULES"] => disk => JsonSerializer.Serialize(ScheduleFile.Read(disk, Data)),
            ["snapshots", var collection, var name, ..] => OfSnapshot($"{Data}/snapshots/{collection}/{name}", collection),
            ["log-archive", var log, _] when Guid.TryParseExact(log, "N", out var identity) => OfArchive(sound, identity, $"{Data}/log-archive/{log}"),
            ["collections", var entry, .. var rest] => OfCollection(sound, $"{Data}/collections/{entry}", rest),
            _ => null,
        };
    }

    private static Func<IFileSystem, string?>? OfCollection(SimulatedFileSystem sound, string directory, string[] rest)
    {
        var manifest = new ManifestStore(sound, directory).Read();
        switch (rest)
        {
            case ["CURRENT"]:
                return disk => $"{new ManifestStore(disk, directory).ReadCurrent()}";
            case [var name] when name.StartsWith("MANIFEST-", StringComparison.Ordinal):
                ulong number = ulong.Parse(name["MANIFEST-".Length..], System.Globalization.CultureInfo.InvariantCulture);
                return disk =>
                {
                    new ManifestStore(disk, directory).Read(number);
                    return null;
                };
            case ["segments", var segment, _]:
                var schema = new VectorSchema(manifest.Config);
                var entry = manifest.Segments.Single(candidate => SegmentFormat.DirectoryName(candidate.Number) == segment);
                return disk =>
                {
                    SegmentReader.Load(disk, $"{directory}/segments", entry, schema, manifest.Lsn).Release();
                    return null;
                };
            case ["wal", _]:
                return disk =>
                {
                    using var records = new RecordHash();
                    new WalRecoverer(disk, new WalDirectory(disk, Collection.LogDirectoryOf(directory)), manifest.Id, records, manifest.Lsn, manifest.DurableLsn).Check();
                    return records.ToString();
                };
            case ["payloads", _]:
                return disk =>
                {
                    PayloadStoreVerifier.Verify(disk, $"{directory}/payloads", manifest.Payloads, check => check() >= 0, _ => { }, CancellationToken.None);
                    return null;
                };
            default:
                return null;
        }
    }

    private static Func<IFileSystem, string?> OfSnapshot(string directory, string collection) => disk =>
    {
        var report = Collection.VerifySnapshot(disk, directory, collection == SnapshotFormat.AllDirectory ? SnapshotFormat.All : collection, read: null, CancellationToken.None);
        return report.Problems.Count == 0 ? null : throw new CorruptDataException(directory, 0, string.Join("; ", report.Problems));
    };

    /// <summary>All records of a log, those that are in the archive and those that are in the collection still.</summary>
    private static Func<IFileSystem, string?> OfArchive(SimulatedFileSystem sound, Guid identity, string archive)
    {
        string[] directories = [archive, .. sound.ListDirectories($"{Data}/collections").Select(entry => Collection.LogDirectoryOf($"{Data}/collections/{entry}"))];
        ulong durable = ulong.MaxValue;
        durable = ReadAll(sound).Lsn;
        return disk =>
        {
            var (lsn, hash) = ReadAll(disk);
            return $"{lsn} {hash}";
        };

        (ulong Lsn, string Hash) ReadAll(IFileSystem disk)
        {
            using var records = new RecordHash();
            var end = WalTimeline.Of(disk, identity, directories).Read(
                0,
                durable,
                durable == ulong.MaxValue ? 0 : durable,
                (in WalRecordHeader header, ReadOnlySpan<byte> body) =>
                {
                    records.Add(header.Lsn, header.Kind, body);
                    return true;
                },
                CancellationToken.None);

            // As whoever restores does.
            if (end.MissingThrough is { } missing)
                throw new CorruptDataException(archive, 0, $"records up to {missing} are missing");
            if (durable != ulong.MaxValue && end.Lsn != durable)
                throw new CorruptDataException(archive, 0, $"expected records up to {durable}, found {end.Lsn}");

            return (end.Lsn, records.ToString());
        }
    }

    private sealed class RecordHash : IWalConsumer, IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(ulong lsn, ushort kind, ReadOnlySpan<byte> body)
        {
            Span<byte> head = stackalloc byte[sizeof(ulong) + sizeof(ushort) + sizeof(int)];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(head, lsn);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(head[sizeof(ulong)..], kind);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(head[(sizeof(ulong) + sizeof(ushort))..], body.Length);
            _hash.AppendData(head);
            _hash.AppendData(body);
        }

        public void Replay(in WalRecord record) => Add(record.Lsn, record.Kind, record.Body.Span);

        public void Apply(ReadOnlySpan<WalRecord> batch) => throw new InvalidOperationException("nothing is written");

        public void Failed(VectorStoreException error) => throw new InvalidOperationException("nothing is written", error);

        public override string ToString() => Convert.ToHexString(_hash.GetCurrentHash());

        public void Dispose() => _hash.Dispose();
    }
}
