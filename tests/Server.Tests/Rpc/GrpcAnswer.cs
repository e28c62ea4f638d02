using VectorStore.Protocol.Grpc;

namespace VectorStore.Server.Tests.Rpc;

/// <summary>A gRPC answer as it came.</summary>
internal sealed class GrpcAnswer(HttpResponseMessage response, List<(byte Flags, byte[] Message)> frames)
{
    public List<(byte Flags, byte[] Message)> Frames { get; } = frames;

    public List<Note> Notes => [.. Frames.Select(frame => Note.Parser.ParseFrom((frame.Flags & 1) == 0 ? frame.Message : Rpc.Frames.Gunzip(frame.Message)))];

    /// <summary>The status came in the headers, without a body.</summary>
    public bool IsTrailersOnly => response.Headers.Contains("grpc-status");

    public StatusCode Status => (StatusCode)int.Parse(Trailer("grpc-status") ?? "-1");

    public string Message => PercentEncoding.Decode(Trailer("grpc-message") ?? "");

    /// <summary>The error as a client sees it.</summary>
    public RpcException Error =>
        ErrorDetails.Read(Status, Message, Trailer("grpc-status-details-bin") is { } details ? Base64(details) : default);

    /// <summary>Reads an answer to its end.</summary>
    public static async Task<GrpcAnswer> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        var frames = new List<(byte, byte[])>();
        await using var stream = await response.Content.ReadAsStreamAsync();
        while (await Rpc.Frames.ReadAsync(stream) is { } frame)
            frames.Add(frame);

        return new GrpcAnswer(response, frames);
    }

    public static byte[] Base64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    public string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>Of the trailers, or of the headers where they stand for them.</summary>
    public string? Trailer(string name) =>
        IsTrailersOnly ? Header(name) : response.TrailingHeaders.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
