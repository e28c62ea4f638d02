using System.Runtime.CompilerServices;
using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;
using Wire = VectorStore.Protocol.V1;

namespace VectorStore.Client;

public sealed partial class Collection
{
    /// <summary>Finds the points nearest to a vector, among all whose write was answered before.</summary>
    /// <param name="request">What to search for.</param>
    /// <param name="cancellationToken">Stops the server's search too.</param>
    /// <returns>Best first; equal scores in order of id.</returns>
    /// <exception cref="InvalidRequestException">The request is refused; the field says why.</exception>
    public async Task<IReadOnlyList<ScoredPoint>> SearchAsync(SearchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = SearchMapping.ToMessage(Name, request);
        var answer = await _client.CallAsync(ServiceMethods.Search, message, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return SearchMapping.FromAnswer(answer);
    }

    /// <summary>Several searches in one call. The first that cannot be answered fails the call; the field names it, such as <c>searches[3].vector</c>.</summary>
    /// <param name="requests">1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the server's searches too.</param>
    /// <returns>As many answers as searches, in their order, each as <see cref="SearchAsync"/> gives it.</returns>
    /// <exception cref="InvalidRequestException">A request is refused, and with it all.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<ScoredPoint>>> SearchBatchAsync(IReadOnlyList<SearchRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var message = new SearchBatchMessage { Collection = Name };
        foreach (var request in requests)
        {
            ArgumentNullException.ThrowIfNull(request, nameof(requests));
            message.Searches.Add(SearchMapping.ToMessage("", request));
        }

        var answer = await _client.CallAsync(ServiceMethods.SearchBatch, message, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        return [.. answer.Results.Select(SearchMapping.FromAnswer)];
    }

    /// <summary>Searches, and says what was done in each segment. Costs a little more than <see cref="SearchAsync"/>; the points are the same.</summary>
    /// <param name="request">What to search for.</param>
    /// <param name="cancellationToken">Stops the server's search too.</param>
    /// <exception cref="InvalidRequestException">The request is refused; the field says why.</exception>
    public async Task<SearchExplanation> ExplainAsync(SearchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = SearchMapping.ToMessage(Name, request);
        return SearchMapping.FromWire(await _client.CallAsync(ServiceMethods.Explain, message, CallKind.Repeatable, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads points by id.</summary>
    /// <param name="ids">At most 100,000.</param>
    /// <param name="withPayload">Return payloads.</param>
    /// <param name="withVectors">Return vectors.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Points in the order asked, without those that do not exist.</returns>
    public async Task<IReadOnlyList<RetrievedPoint>> GetAsync(
        IReadOnlyList<PointId> ids, bool withPayload = true, bool withVectors = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var request = new GetPointsRequest { Collection = Name, WithPayload = withPayload, WithVectors = withVectors, PayloadForm = PayloadForm.Json };
        foreach (var id in ids)
        {
            if (id.Kind == PointIdKind.Integer)
                request.Ids.Add(id.Integer);
            else
                request.Uuids.Add(id.ToString());
        }

        var response = await _client.CallAsync(ServiceMethods.Get, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false);
        RetrievedPoint[] points = [.. response.Points.Select(PointMapping.FromWire)];
        return request.Ids.Count > 0 && request.Uuids.Count > 0 ? InOrder(ids, points) : points;
    }

    /// <summary>Counts live points, exactly.</summary>
    /// <param name="filter">Only points whose payload matches. Null: all.</param>
    /// <param name="cancellationToken">Stops the server's counting too.</param>
    public async Task<long> CountAsync(Filter? filter = null, CancellationToken cancellationToken = default)
    {
        var request = new CountRequest { Collection = Name, FilterJson = SearchMapping.ToBytes(filter) };
        return (await _client.CallAsync(ServiceMethods.Count, request, CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Count;
    }

    /// <summary>Walks through all points that match, in the state of the collection at the beginning. Without a time limit; what is not read yet waits on the server.</summary>
    /// <param name="request">Which points, and what of them. Null: all points, with payloads.</param>
    /// <param name="cancellationToken">Ends the walk, as leaving the loop does.</param>
    public async IAsyncEnumerable<RetrievedPoint> ScrollAsync(ScrollRequest? request = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        request ??= new ScrollRequest();
        var message = new Wire.ScrollRequest
        {
            Collection = Name,
            FilterJson = SearchMapping.ToBytes(request.Filter),
            WithPayload = request.WithPayload,
            WithVectors = request.WithVectors,
            PayloadForm = PayloadForm.Json,
        };
        await foreach (var response in _client.StreamAsync(ServiceMethods.Scroll, message, cancellationToken).ConfigureAwait(false))
        {
            foreach (var point in response.Points)
                yield return PointMapping.FromWire(point);
        }
    }

    /// <summary>The server gives integers first; the caller mixed the kinds.</summary>
    private static List<RetrievedPoint> InOrder(IReadOnlyList<PointId> ids, RetrievedPoint[] points)
    {
        var byId = points.DistinctBy(point => point.Id).ToDictionary(point => point.Id);
        var ordered = new List<RetrievedPoint>(points.Length);
        foreach (var id in ids)
        {
            if (byId.TryGetValue(id, out var point))
                ordered.Add(point);
        }

        return ordered;
    }
}
