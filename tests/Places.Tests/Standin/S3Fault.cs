namespace VectorStore.Places.Tests.Standin;

/// <summary>What goes wrong with a request.</summary>
internal enum S3Fault
{
    /// <summary>Answered with 500, and nothing is done.</summary>
    ServerError,

    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,

    /// <summary>It is done, and the connection is cut instead of an answer.</summary>
    CutAfter,

    /// <summary>The connection is cut in the middle of the body of the answer.</summary>
    CutInBody,

    /// <summary>Half of the body of the answer is sent, and then nothing more.</summary>
    Stall,

    /// <summary>The answer has another ETag than what was stored.</summary>
    WrongTag,

    /// <summary>Answered with 501.</summary>
    NotImplemented,
}
