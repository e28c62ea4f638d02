namespace VectorStore.Places;

/// <summary>The machine-readable reason of a <see cref="PlaceException"/>. Values are stable; new ones are appended.</summary>
public enum PlaceErrorReason
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>What was given as the address of a place cannot be one, or its settings cannot be.</summary>
    InvalidAddress = 1,

    /// <summary>A text that cannot be a key.</summary>
    InvalidKey = 2,

    /// <summary>The directory or bucket does not exist. It is never made here: a mistyped name is an error.</summary>
    PlaceNotFound = 3,

    /// <summary>The place has no archive under the key.</summary>
    ArchiveNotFound = 4,

    /// <summary>The place has one already, or somebody else was faster. Nothing was changed.</summary>
    ArchiveAlreadyExists = 5,

    /// <summary>The key stands for another archive than the one that was begun to be read or was just put.</summary>
    ArchiveChanged = 6,

    /// <summary>No credentials were found, or they are not accepted, or do not allow this.</summary>
    AccessDenied = 7,

    /// <summary>The place could not be reached, or failed, time after time.</summary>
    Unavailable = 8,

    /// <summary>The place cannot do what is needed to keep an archive safely.</summary>
    NotSupported = 9,

    /// <summary>The place refuses for a reason of its own; the sentence has it.</summary>
    Refused = 10,

    /// <summary>The archive has another length than was said.</summary>
    WrongLength = 11,

    /// <summary>An offset beyond the end of an archive.</summary>
    OutOfRange = 12,
}
