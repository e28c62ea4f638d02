using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace VectorStore.Places.Tests.Standin;

/// <summary>AWS Signature Version 4 as a server checks it, written from its specification and independent of the library that signs: method, path, query, headers and the hash of the body are what was signed with the secret key.</summary>
internal sealed class SignatureCheck(string accessKey, string secretKey)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Refuses a request that was not signed with the key, or is not the one that was signed.</summary>
    public void Check(HttpRequest request, byte[] body)
    {
        string header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Algorithm + ' ', StringComparison.Ordinal))
            throw new S3Refusal(403, "AccessDenied");

        var parts = header[(Algorithm.Length + 1)..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        string[] credential = parts["Credential"].Split('/', 2);
        if (credential[0] != accessKey)
            throw new S3Refusal(403, "InvalidAccessKeyId");

        string[] names = parts["SignedHeaders"].Split(';');
        string date = request.Headers["x-amz-date"].ToString();
        string[] scope = credential[1].Split('/');
        if (scope is not [var day, _, "s3", "aws4_request"] || !date.StartsWith(day, StringComparison.Ordinal) || !names.Contains("host") || !names.Contains("x-amz-content-sha256"))
            throw new S3Refusal(403, "AccessDenied");
        if (request.Headers.Keys.Any(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !names.Contains(name.ToLowerInvariant())))
            throw new S3Refusal(403, "AccessDenied");

        // What a request says of its body is signed; that it is so is checked here. Bodies in chunks with trailers are not what the place sends.
        string hash = request.Headers["x-amz-content-sha256"].ToString();
        if (hash.Length != 64)
            throw new S3Refusal(501, "NotImplemented");

        string signature = Sign(credential[1], date, Canonical(request, names, hash));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(parts["Signature"])))
            throw new S3Refusal(403, "SignatureDoesNotMatch");
        if (hash != Hex(SHA256.HashData(body)))
            throw new S3Refusal(400, "XAmzContentSHA256Mismatch");
    }

    private string Sign(string scope, string date, string canonical)
    {
        string toSign = string.Join('\n', Algorithm, date, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        byte[] key = Encoding.UTF8.GetBytes($"AWS4{secretKey}");
        foreach (string part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));

        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Canonical(HttpRequest request, string[] names, string hash)
    {
        string[] target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
        var query = (target.Length > 1 ? target[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : $"{pair}=")
            .Order(StringComparer.Ordinal);
        var headers = names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name}:{string.Join(' ', request.Headers[name].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))}\n"));
        return string.Join('\n', request.Method, target[0], string.Join('&', query), string.Concat(headers), string.Join(';', names), hash);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
