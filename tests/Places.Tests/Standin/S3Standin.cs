using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace VectorStore.Places.Tests.Standin;

/// <summary>A small S3 on loopback: one bucket, path-style, signatures checked, and faults on request.</summary>
internal sealed class S3Standin : IAsyncDisposable
{
    public const string AccessKey = "AKIASTANDIN";
    public const string SecretKey = "the secret of the stand-in";
    public const string BucketName = "backups";

    private const string MetadataPrefix = "x-amz-meta-";
    private const string ChecksumHeader = "x-amz-checksum-sha256";

    // A page of a listing: few, so that listings have several.
    private const int PageSize = 2;

    private static readonly XNamespace s_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly SignatureCheck _signatures = new(AccessKey, SecretKey);
    private readonly WebApplication _server;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly S3Bucket _bucket = new();
    private readonly Dictionary<string, Queue<S3Fault>> _faults = [];
    private readonly Dictionary<string, Action<S3Bucket>> _before = [];
    private int _atOnce;

    private S3Standin(WebApplication server) => _server = server;

    /// <summary>Requests that were answered or cut, in order: operation and, where there is one, the range.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The last signed request of each operation: its target, headers and body.</summary>
    public ConcurrentDictionary<string, (string Method, string Target, Dictionary<string, StringValues> Headers, byte[] Body)> Last { get; } = [];

    public int AtOnceMax { get; private set; }

    public string Endpoint => _server.Urls.Single();

    public static async Task<S3Standin> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var standin = new S3Standin(server);
        server.Run(standin.AnswerAsync);
        await server.StartAsync();
        return standin;
    }

    /// <summary>Looks at, or changes, what the bucket has.</summary>
    public T With<T>(Func<S3Bucket, T> look)
    {
        lock (_lock)
            return look(_bucket);
    }

    /// <summary>Lets the next requests of a kind fail, one after the other.</summary>
    public void Fail(string operation, params S3Fault[] faults)
    {
        lock (_lock)
        {
            if (!_faults.TryGetValue(operation, out var queue))
                _faults[operation] = queue = [];

            foreach (var fault in faults)
                queue.Enqueue(fault);
        }
    }

    /// <summary>Somebody else is a moment faster than the next request of a kind.</summary>
    public void Before(string operation, Action<S3Bucket> act)
    {
        lock (_lock)
            _before[operation] = act;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        byte[] body = await ReadAsync(request);
        string operation = OperationOf(request);
        S3Fault? fault = null;
        try
        {
            _signatures.Check(request, body);
            Last[operation] = (request.Method, $"{request.Path}{request.QueryString}", request.Headers.ToDictionary(), body);
            Requests.Enqueue(request.Headers.Range.Count > 0 ? $"{operation} {request.Headers.Range}" : operation);
            fault = NextFault(operation);
            switch (fault)
            {
                case S3Fault.ServerError:
                    throw new S3Refusal(500, "InternalError");
                case S3Fault.NotImplemented:
                    throw new S3Refusal(501, "NotImplemented");
                case S3Fault.CutBefore:
                    http.Abort();
                    return;
            }

            await ActAsync(http, operation, body, fault);
        }
        catch (S3Refusal refusal)
        {
            http.Response.StatusCode = refusal.Status;
            if (!HttpMethods.IsHead(request.Method))
                await WriteAsync(http, new XElement("Error", new XElement("Code", refusal.Code), new XElement("Message", $"the stand-in says {refusal.Code}")));
        }
    }

    private static string OperationOf(HttpRequest request)
    {
        bool isUpload = request.Query.ContainsKey("uploadId");
        bool isBucket = request.Path.Value!.Trim('/').IndexOf('/', StringComparison.Ordinal) < 0;
        return request.Method switch
        {
            "PUT" => isUpload ? "UploadPart" : "PutObject",
            "POST" => isUpload ? "Complete" : "Initiate",
            "GET" => isBucket ? "List" : "GetObject",
            "HEAD" => "HeadObject",
            "DELETE" => isUpload ? "Abort" : "DeleteObject",
            _ => throw new InvalidOperationException(request.Method),
        };
    }

    private async Task ActAsync(HttpContext http, string operation, byte[] body, S3Fault? fault)
    {
        string[] path = http.Request.Path.Value!.TrimStart('/').Split('/', 2);
        if (path[0] != BucketName)
            throw new S3Refusal(404, "NoSuchBucket");

        string key = path.Length > 1 ? path[1] : "";
        if (operation == "GetObject")
        {
            await SendAsync(http, Locked(() => _bucket.Get(key)), fault);
            return;
        }

        Enter(operation);
        XElement? answer;
        try
        {
            answer = Locked(() => Do(http, operation, key, body, fault));
        }
        finally
        {
            Locked(() => _atOnce--);
        }

        if (fault == S3Fault.CutAfter)
            http.Abort();
        else if (answer is not null)
            await WriteAsync(http, answer);
    }

    private void Enter(string operation) => Locked(() =>
    {
        AtOnceMax = Math.Max(AtOnceMax, ++_atOnce);
        if (_before.Remove(operation, out var act))
            act(_bucket);

        return 0;
    });

    // Called with the lock held.
    private XElement? Do(HttpContext http, string operation, string key, byte[] body, S3Fault? fault)
    {
        var request = http.Request;
        var response = http.Response;
        bool onlyNew = request.Headers.IfNoneMatch == "*";
        string upload = request.Query["uploadId"].ToString();
        switch (operation)
        {
            case "PutObject":
                CheckChecksum(request, body);
                response.Headers.ETag = _bucket.Put(key, new S3Object(body, MetadataOf(request)), onlyNew).Tag;
                return null;
            case "Initiate":
                return Element("InitiateMultipartUploadResult", Element("Bucket", BucketName), Element("Key", key), Element("UploadId", _bucket.Begin(key, MetadataOf(request))));
            case "UploadPart":
                CheckChecksum(request, body);
                _bucket.PartsOf(upload, key)[int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = body;
                response.Headers.ETag = fault == S3Fault.WrongTag ? "\"00000000000000000000000000000000\"" : S3Object.TagOf(body);
                return null;
            case "Complete":
                var parts = XElement.Parse(Encoding.UTF8.GetString(body)).Elements().Where(part => part.Name.LocalName == "Part").Select(Named).ToList();
                return Element("CompleteMultipartUploadResult", Element("Key", key), Element("ETag", _bucket.Complete(upload, key, parts, onlyNew).Tag));
            case "Abort":
                _bucket.PartsOf(upload, key);
                _bucket.Uploads.Remove(upload);
                response.StatusCode = 204;
                return null;
            case "DeleteObject":
                _bucket.Objects.Remove(key);
                response.StatusCode = 204;
                return null;
            case "HeadObject":
                WriteHeaders(response, _bucket.Get(key));
                return null;
            default:
                return List(request.Query["prefix"].ToString(), request.Query["continuation-token"].ToString());
        }
    }

    private XElement List(string prefix, string token)
    {
        var found = _bucket.Objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(pair.Key, token) > 0).ToList();
        var page = found.Take(PageSize).ToList();
        bool isTruncated = found.Count > page.Count;
        var list = Element("ListBucketResult", Element("Name", BucketName), Element("KeyCount", page.Count), Element("IsTruncated", isTruncated));
        if (isTruncated)
            list.Add(Element("NextContinuationToken", page[^1].Key));

        list.Add(page.Select(pair => Element(
            "Contents",
            Element("Key", pair.Key),
            Element("LastModified", pair.Value.StoredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            Element("ETag", pair.Value.Tag),
            Element("Size", pair.Value.Bytes.Length))));
        return list;
    }

    private static async Task SendAsync(HttpContext http, S3Object stored, S3Fault? fault)
    {
        var (request, response) = (http.Request, http.Response);
        if (request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != stored.Tag)
            throw new S3Refusal(412, "PreconditionFailed");

        var (from, to) = (0, stored.Bytes.Length);
        if (request.Headers.Range.Count > 0)
        {
            string[] range = request.Headers.Range.ToString()["bytes=".Length..].Split('-');
            from = int.Parse(range[0], CultureInfo.InvariantCulture);
            to = range[1].Length == 0 ? to : Math.Min(to, int.Parse(range[1], CultureInfo.InvariantCulture) + 1);
            if (from >= stored.Bytes.Length)
                throw new S3Refusal(416, "InvalidRange");

            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{to - 1}/{stored.Bytes.Length}";
        }

        WriteHeaders(response, stored);
        response.ContentLength = to - from;
        int sent = fault is S3Fault.CutInBody or S3Fault.Stall ? (to - from) / 2 : to - from;
        await response.Body.WriteAsync(stored.Bytes.AsMemory(from, sent), http.RequestAborted);
        await response.Body.FlushAsync(http.RequestAborted);
        if (fault == S3Fault.CutInBody)
            http.Abort();
        else if (fault == S3Fault.Stall)
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static void WriteHeaders(HttpResponse response, S3Object stored)
    {
        response.ContentLength = stored.Bytes.Length;
        response.Headers.ETag = stored.Tag;
        response.Headers.LastModified = stored.StoredAt.ToString("R", CultureInfo.InvariantCulture);
        foreach (var (name, value) in stored.Metadata)
            response.Headers[MetadataPrefix + name] = value;
    }

    private static void CheckChecksum(HttpRequest request, byte[] body)
    {
        string checksum = request.Headers[ChecksumHeader].ToString();
        if (checksum.Length == 0)
            throw new S3Refusal(400, "InvalidRequest");
        if (checksum != Convert.ToBase64String(SHA256.HashData(body)))
            throw new S3Refusal(400, "BadDigest");
    }

    private static (int Number, string Tag, string? Checksum) Named(XElement part)
    {
        string? Value(string name) => part.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        return (int.Parse(Value("PartNumber")!, CultureInfo.InvariantCulture), Value("ETag")!, Value("ChecksumSHA256"));
    }

    private static Dictionary<string, string> MetadataOf(HttpRequest request) => request.Headers
        .Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key[MetadataPrefix.Length..].ToLowerInvariant(), header => header.Value.ToString());

    private static XElement Element(string name, params object[] content) => new(s_namespace + name, content);

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext http, XElement answer)
    {
        byte[] xml = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{answer}");
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = xml.Length;
        await http.Response.Body.WriteAsync(xml);
    }

    private S3Fault? NextFault(string operation)
    {
        lock (_lock)
            return _faults.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault) ? fault : null;
    }

    private T Locked<T>(Func<T> act)
    {
        lock (_lock)
            return act();
    }
}
