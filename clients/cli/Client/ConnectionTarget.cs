namespace VectorStore.Cli.Client;

/// <summary>Where the database is. Today a directory; a server's address joins here as a second way to say it.</summary>
/// <param name="DataDirectory">The data directory to open in this process.</param>
/// <param name="CreateIfMissing">Make the directory where it does not exist. False: a mistyped path is an error, not an empty database.</param>
/// <param name="Log">Told what the engine finds noteworthy. Null: nobody listens.</param>
internal sealed record ConnectionTarget(string DataDirectory, bool CreateIfMissing, Action<string>? Log = null);
