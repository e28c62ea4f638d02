namespace VectorStore.Client.Tests.Support;

/// <summary>Stands between the client and its connection, and fails calls before the server sees them or after it has answered.</summary>
internal sealed class FaultyHandler(HttpMessageHandler next) : DelegatingHandler(next)
{
    /// <summary>So many calls fail before they are sent, as where a connection breaks.</summary>
    public int FailBefore { get; set; }

    /// <summary>So many calls are sent and answered whole, and then the answer is lost.</summary>
    public int LoseAnswers { get; set; }

    /// <summary>Calls that reached this place.</summary>
    public int Calls { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Calls++;
        if (FailBefore > 0)
        {
            FailBefore--;
            throw new HttpRequestException(HttpRequestError.Unknown, "cut by the test", new IOException("cut by the test"));
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (LoseAnswers == 0)
            return response;

        LoseAnswers--;
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        response.Dispose();
        throw new HttpRequestException(HttpRequestError.Unknown, "answer lost by the test", new IOException("answer lost by the test"));
    }
}
