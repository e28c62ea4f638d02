using VectorStore.Engine.Wal;

namespace VectorStore.Engine.Tests.Wal;

/// <summary>A record with its bytes in a form that compares and prints.</summary>
internal sealed record StoredRecord(ulong Lsn, ushort Kind, string Body)
{
    public static StoredRecord Of(in WalRecord record) => new(record.Lsn, record.Kind, Convert.ToHexString(record.Body.Span));
}
