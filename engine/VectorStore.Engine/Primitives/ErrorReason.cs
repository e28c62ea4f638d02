namespace VectorStore.Engine;

/// <summary>The machine-readable reason of a <see cref="VectorStoreException"/>. Values are stable; new ones are appended.</summary>
public enum ErrorReason
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    // The caller's mistakes: nothing was applied, repeating the call gives the same answer.

    /// <summary>A vector has another number of dimensions than the collection declares.</summary>
    DimensionMismatch = 1,

    /// <summary>A vector holds NaN or an infinity.</summary>
    NonFiniteVector = 2,

    /// <summary>A vector of length zero (or one that underflows to it) where the cosine metric needs a direction.</summary>
    ZeroVector = 3,

    /// <summary>The collection has no vector of that name, or the request names none where there are several.</summary>
    UnknownVector = 4,

    /// <summary>A point id of a kind, or with a text, that cannot be an id.</summary>
    InvalidId = 5,

    /// <summary>A collection, vector or field name outside the allowed characters or length.</summary>
    InvalidName = 6,

    /// <summary>A number (limit, offset, ef, batch size, …) outside its documented range.</summary>
    OutOfRange = 7,

    /// <summary>A payload larger than the limit.</summary>
    PayloadTooLarge = 8,

    /// <summary>A payload nested deeper than the limit.</summary>
    PayloadTooDeep = 9,

    /// <summary>A payload that is not one JSON object, or has too many or repeated keys.</summary>
    InvalidPayload = 10,

    /// <summary>A filter that is too deep, too large, or compares with a value of the wrong kind.</summary>
    InvalidFilter = 11,

    /// <summary>A collection configuration that contradicts itself or is outside its limits.</summary>
    InvalidConfiguration = 12,

    /// <summary>One request larger than one log record may be.</summary>
    RequestTooLarge = 13,

    /// <summary>A point without any vector, or a request without points.</summary>
    EmptyRequest = 14,

    /// <summary>What was to be imported is no archive of a snapshot, or a damaged one. Nothing is left of it.</summary>
    InvalidArchive = 15,

    // States of the database.

    /// <summary>No collection of that name.</summary>
    CollectionNotFound = 20,

    /// <summary>A collection of that name exists.</summary>
    CollectionAlreadyExists = 21,

    /// <summary>Another process, or another database object of this one, has the data directory open.</summary>
    DataDirectoryInUse = 22,

    /// <summary>The collection is damaged and refused until it is repaired or deleted.</summary>
    CollectionDamaged = 23,

    /// <summary>The collection takes no writes after a failed write or sync; reads go on; reopening recovers.</summary>
    CollectionReadOnly = 24,

    /// <summary>The database or collection was closed or deleted while the call ran or before.</summary>
    Closed = 25,

    /// <summary>No snapshot of that name.</summary>
    SnapshotNotFound = 26,

    /// <summary>A snapshot of that name exists.</summary>
    SnapshotAlreadyExists = 27,

    /// <summary>The files of a snapshot are not what it says they are. It can be looked at, verified and deleted, not restored or exported.</summary>
    SnapshotDamaged = 28,

    /// <summary>The name stands for another snapshot than the one whose archive was begun to be read. Begin anew.</summary>
    SnapshotChanged = 29,

    /// <summary>An archive holds only what its base has not, and the base is not there, or another snapshot has its name. Import the base first.</summary>
    SnapshotBaseMissing = 34,

    /// <summary>The collection, or the whole database, has no schedule of snapshots.</summary>
    ScheduleNotFound = 33,

    // Storage.

    /// <summary>Bytes read from disk do not match their checksum or format.</summary>
    CorruptData = 40,

    /// <summary>A file was written by a newer version.</summary>
    UnsupportedFormatVersion = 41,

    /// <summary>The operating system refused a read, write or sync.</summary>
    StorageFailed = 42,

    /// <summary>The disk is full. Nothing was applied; the call may be repeated once there is room.</summary>
    StorageFull = 43,

    // The machine.

    /// <summary>What was asked for needs a library that the machine does not have; the message names it, and the package that brings it. Everything else works.</summary>
    LibraryMissing = 50,

    /// <summary>There is not enough memory. Nothing was applied; the call may be repeated once there is.</summary>
    OutOfMemory = 51,
}
