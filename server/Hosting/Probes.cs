using System.Text.Json;
using VectorStore.Engine;
using VectorStore.Server.Services;

namespace VectorStore.Server.Hosting;

/// <summary>/healthz: the process lives. /readyz: it answers calls. For those who start and stop servers. Thread-safe.</summary>
internal sealed class Probes(DatabaseHolder holder)
{
    public const string HealthPath = "/healthz";
    public const string ReadyPath = "/readyz";

    private int _phase = (int)ServerPhase.Starting;

    public ServerPhase Phase => (ServerPhase)Volatile.Read(ref _phase);

    /// <summary>Goes forward to a phase; false where the server is already there or beyond.</summary>
    public bool Advance(ServerPhase phase)
    {
        while (true)
        {
            int before = Volatile.Read(ref _phase);
            if (before >= (int)phase)
                return false;
            if (Interlocked.CompareExchange(ref _phase, (int)phase, before) == before)
                return true;
        }
    }

    /// <summary>Whether a path is one of the probes'.</summary>
    public static bool IsProbe(PathString path) => path.Value is HealthPath or ReadyPath;

    public Task AnswerAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        return http.Request.Path.Value == HealthPath ? WriteAsync(http, StatusCodes.Status200OK, new { status = "alive" }) : AnswerReadyAsync(http);
    }

    private Task AnswerReadyAsync(HttpContext http)
    {
        switch (Phase)
        {
            case ServerPhase.Starting:
                return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, new { status = "starting", reason = "the server recovers its data" });
            case ServerPhase.Failed:
                return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, new { status = "failed", reason = "the data could not be opened; the log says why" });
            case ServerPhase.Draining:
                return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, new { status = "draining", reason = "the server is stopping" });
        }

        try
        {
            var health = holder.Database.ListCollections().CountBy(info => info.Health).ToDictionary();
            var collections = new
            {
                green = health.GetValueOrDefault(CollectionHealth.Green),
                yellow = health.GetValueOrDefault(CollectionHealth.Yellow),
                red = health.GetValueOrDefault(CollectionHealth.Red),
            };
            return WriteAsync(http, StatusCodes.Status200OK, new { status = "ready", collections });
        }
        catch (DatabaseStateException closed)
        {
            return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, new { status = "draining", reason = closed.Message });
        }
    }

    private static Task WriteAsync<T>(HttpContext http, int status, T body)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        http.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }
}
