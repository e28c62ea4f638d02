namespace VectorStore.Cli.Client;

/// <summary>Where the database is: a directory that this process opens, or a server. Exactly one of the two.</summary>
/// <param name="DataDirectory">The data directory to open in this process; null: a server.</param>
/// <param name="CreateIfMissing">Make the directory where it does not exist. False: a mistyped path is an error, not an empty database.</param>
/// <param name="Log">Told what the engine finds noteworthy. Null: nobody listens.</param>
/// <param name="Endpoint">The server's gRPC port; null: a directory.</param>
internal sealed record ConnectionTarget(string? DataDirectory, bool CreateIfMissing, Action<string>? Log = null, Uri? Endpoint = null)
{
    /// <summary>Opens the database, or makes a client of its server.</summary>
    public static Task<IVectorStoreClient> ConnectAsync(ConnectionTarget target, CancellationToken cancellationToken) => target.Endpoint is { } endpoint
        ? Task.FromResult<IVectorStoreClient>(new ServerClient(endpoint))
        : EngineClient.OpenAsync(target, cancellationToken);
}
