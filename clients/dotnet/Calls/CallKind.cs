namespace VectorStore.Client.Calls;

/// <summary>How a call may be repeated and how long it may take.</summary>
internal enum CallKind
{
    /// <summary>Repeating it does no harm.</summary>
    Repeatable = 0,

    /// <summary>Repeating it does no harm, and it takes as long as it takes.</summary>
    RepeatableLong = 1,

    /// <summary>Applied twice it would give another answer.</summary>
    Once = 2,

    /// <summary>As <see cref="Once"/>, and it takes as long as it takes.</summary>
    OnceLong = 3,
}
