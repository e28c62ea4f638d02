using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

/// <summary>A server's database. All members are thread-safe; make one per server and keep it. Connects when it is first used, and again where the connection broke.</summary>
/// <remarks>
/// <code>
/// await using var database = VectorStoreClient.Connect("http://127.0.0.1:6334");
/// var pictures = await database.CreateCollectionAsync("pictures", CollectionConfig.WithVector("image", 784, Metric.Euclidean));
/// await pictures.UpsertAsync([new Point(1, vector, Payload.FromJson("""{"label": 3}"""))]);
/// var nearest = await pictures.SearchAsync(new SearchRequest { Vector = query, Limit = 10 });
/// </code>
/// <para>Any call may throw, beside what it says itself: <see cref="ServerUnavailableException"/> where the server cannot be reached and repeating did not help,
/// <see cref="DeadlineException"/> where there was no answer in time, <see cref="ServerException"/> where the server failed or refuses this caller,
/// <see cref="OperationCanceledException"/> where its token was cancelled, and <see cref="ObjectDisposedException"/> once the client is disposed. What the server says
/// about the request or its data comes as the exceptions that the engine throws in process, with the same sentences.</para>
/// </remarks>
public sealed partial class VectorStoreClient : IAsyncDisposable, IDisposable
{
    private readonly ServerCalls _calls;
    private int _disposed;

    private VectorStoreClient(VectorStoreClientOptions options) => _calls = new ServerCalls(options);

    /// <summary>The server's address.</summary>
    public Uri Endpoint => _calls.Endpoint;

    /// <summary>A client of the server at an address. Nothing is sent yet.</summary>
    /// <param name="endpoint">The server's gRPC port: <c>http://host:port</c> or <c>https://host:port</c>.</param>
    /// <param name="options">Null: the defaults. Their <see cref="VectorStoreClientOptions.Endpoint"/> is not looked at.</param>
    /// <exception cref="ArgumentException">The address is no such, or an option is outside its range.</exception>
    public static VectorStoreClient Connect(string endpoint, VectorStoreClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new VectorStoreClientOptions();
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address))
            throw new ArgumentException($"Endpoint: expected http://host:port or https://host:port, got {endpoint}", nameof(endpoint));

        options.Endpoint = address;
        return Connect(options);
    }

    /// <summary>A client of the server that the options name. Nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static VectorStoreClient Connect(VectorStoreClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new VectorStoreClient(options);
    }

    /// <summary>Makes a collection; durable when it returns. Repeated only where no connection was made; after a lost connection the collection may exist.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-', 1 to 128 characters, not starting with a dot.</param>
    /// <param name="config">What the collection is; cannot change later.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the collection may be made all the same.</param>
    /// <exception cref="InvalidRequestException">The name or the configuration is not acceptable.</exception>
    /// <exception cref="DatabaseStateException">There is a collection of that name.</exception>
    public async Task<Collection> CreateCollectionAsync(string name, CollectionConfig config, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        var request = new CreateCollectionRequest { Collection = Checked(name), Config = CollectionMapping.ToWire(config) };
        await CallAsync(ServiceMethods.CreateCollection, request, CallKind.Once, cancellationToken).ConfigureAwait(false);
        return new Collection(this, name);
    }

    /// <summary>A collection by its name. Nothing is asked of the server: whether it exists shows with the first call.</summary>
    public Collection GetCollection(string name) => new(this, Checked(name));

    /// <summary>All collections in order of name, the damaged ones included.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<CollectionInfo>> ListCollectionsAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(ServiceMethods.ListCollections, new ListCollectionsRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return CollectionMapping.FromWire(response.Collections);
    }

    /// <summary>Deletes a collection, a damaged one too, with everything in it. Repeated only where no connection was made; after a lost connection the collection may be gone.</summary>
    /// <param name="name">The collection's name.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the collection may be deleted all the same.</param>
    /// <exception cref="DatabaseStateException">There is no collection of that name.</exception>
    public Task DeleteCollectionAsync(string name, CancellationToken cancellationToken = default) =>
        CallAsync(ServiceMethods.DeleteCollection, new DeleteCollectionRequest { Collection = Checked(name) }, CallKind.Once, cancellationToken);

    /// <summary>Reads every file of a collection back and checks every byte; a damaged collection too. The collection serves meanwhile. Without a time limit.</summary>
    /// <param name="name">The collection's name.</param>
    /// <param name="progress">Told a few times a second how far it is. Null: nobody is.</param>
    /// <param name="cancellationToken">Stops the server's reading too.</param>
    /// <exception cref="DatabaseStateException">There is no collection of that name.</exception>
    public async Task<VerifyReport> VerifyCollectionAsync(string name, IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var request = new VerifyStreamRequest { Collection = Checked(name) };
        VerifyResponse? report = null;
        await foreach (var response in StreamAsync(ServiceMethods.VerifyStream, request, cancellationToken).ConfigureAwait(false))
        {
            report = response.Report ?? report;
            if (response.Report is null)
                progress?.Report(new VerifyProgress(name, response.FilesRead, response.BytesRead, response.BytesTotal, response.File));
        }

        return report is not null
            ? new VerifyReport(report.Collection, report.FilesRead, report.BytesRead, [.. report.Problems]) { Damages = [.. report.Damages.Select(CollectionMapping.FromWire)] }
            : throw new ServerException(ErrorReason.Unknown, "INTERNAL", reasonName: null, "the server ended verifying without a report");
    }

    /// <summary>The server and all its collections.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<ServerStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(ServiceMethods.Status, new StatusRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return new ServerStatus(response.Version, TimeSpan.FromSeconds(response.UptimeSeconds), CollectionMapping.FromWire(response.Collections))
        {
            Scrub = response.Scrub is null ? null : ScrubMapping.FromWire(response.Scrub),
        };
    }

    /// <summary>Closes the connections. Calls that run fail.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _calls.Dispose();
    }

    /// <summary>Closes the connections. Calls that run fail.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    internal Task<TResponse> CallAsync<TRequest, TResponse>(
        ServiceMethod<TRequest, TResponse> method, TRequest request, CallKind kind, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _calls.CallAsync(method, request, kind, cancellationToken);
    }

    internal IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        ServiceMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _calls.StreamAsync(method, request, cancellationToken);
    }

    private static string Checked(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name;
    }
}
