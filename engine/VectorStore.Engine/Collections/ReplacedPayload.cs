using VectorStore.Engine.Payloads;
using VectorStore.Engine.Primitives;
using VectorStore.Engine.Segments;

namespace VectorStore.Engine.Collections;

/// <summary>A payload version that views from some log position on do not show any more.</summary>
/// <param name="Key">Of it in the payload store; null where the version is that there is none.</param>
/// <param name="Lsn">The log position that replaced it, or deleted its point.</param>
/// <param name="Points">The table that remembers it for older views; null where it was deleted with its row.</param>
/// <param name="Offset">Its row there.</param>
/// <param name="Version">The version.</param>
internal readonly record struct ReplacedPayload(PayloadKey? Key, ulong Lsn, PointTable? Points, PointOffset Offset, PayloadVersion Version);
