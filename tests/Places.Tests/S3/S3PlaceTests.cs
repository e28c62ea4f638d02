using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using VectorStore.Places.S3;
using VectorStore.Places.Tests.Standin;
using VectorStore.Places.Tests.Support;

namespace VectorStore.Places.Tests.S3;

/// <summary>A bucket as a place, against a stand-in that checks signatures and fails on request.</summary>
public sealed class S3PlaceTests : IAsyncLifetime
{
    private const int PartBytes = 64 << 10;
    private const int LargeBytes = (7 * PartBytes) + 1_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private S3Standin _s3 = null!;
    private S3Place _place = null!;

    public async Task InitializeAsync()
    {
        _s3 = await S3Standin.StartAsync();
        _place = Open();
    }

    public async Task DisposeAsync()
    {
        _place.Dispose();
        await _s3.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(PartBytes)]
    [InlineData(PartBytes + 1)]
    [InlineData(LargeBytes)]
    public async Task WhatIsPut_IsThere(int length)
    {
        byte[] bytes = Archives.Bytes(length);
        var put = await _place.PutAsync(Archives.Key, bytes);
        Assert.Equal((Archives.Key, (long)length, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), (put.Key, put.Bytes, put.StoredAt));
        Assert.Equal(bytes, _s3.With(bucket => bucket.Get("vs/films/daily.vssnap").Bytes));
        Assert.Equal(put, Assert.Single(await _place.ListAsync("films/")));
        Assert.Equal(bytes, await _place.ReadAsync(Archives.Key));
        Assert.Equal(bytes[(length / 3)..], await _place.ReadAsync(Archives.Key, length / 3));
        Assert.Empty(await _place.ReadAsync(Archives.Key, length));
        Assert.Equal(PlaceErrorReason.OutOfRange, await Archives.RefusedAsync(() => _place.ReadAsync(Archives.Key, length + 1)));
        await _place.DeleteAsync(Archives.Key);
        Assert.Empty(await _place.ListAsync());
        Assert.Equal(PlaceErrorReason.ArchiveNotFound, await Archives.RefusedAsync(() => _place.DeleteAsync(Archives.Key)));
        Assert.Equal(PlaceErrorReason.ArchiveNotFound, await Archives.RefusedAsync(() => _place.ReadAsync(Archives.Key)));
    }

    [Fact]
    public async Task Parts_AreSentSeveralAtOnce_AndNoMoreThanAreAllowed()
    {
        var told = new List<long>();
        await _place.PutAsync(Archives.Key, new MemoryStream(Archives.Bytes(LargeBytes)), LargeBytes, overwrite: false, new Told(told));
        Assert.Equal(8, _s3.Requests.Count(request => request == "UploadPart"));
        Assert.InRange(_s3.AtOnceMax, 1, 2);
        Assert.Equal(LargeBytes, told.Max());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, PartBytes)]
    [InlineData(PartBytes - 1, LargeBytes)]
    [InlineData(PartBytes, LargeBytes)]
    [InlineData(LargeBytes - 1, LargeBytes)]
    [InlineData(LargeBytes, LargeBytes)]
    public async Task WhatIsPut_WithoutKnowingHowLongItIs_IsThere(int length, int most)
    {
        byte[] bytes = Archives.Bytes(length);
        var put = await _place.PutAsync(Archives.Key, new MemoryStream(bytes), ArchiveLength.AtMost(most));
        Assert.Equal(length, put.Bytes);
        Assert.Equal(bytes, await _place.ReadAsync(Archives.Key));
        foreach (int wrong in (int[])[0, most + 1])
        {
            var refused = await Assert.ThrowsAsync<PlaceException>(() => _place.PutAsync("films/other.vssnap", new MemoryStream(new byte[wrong]), ArchiveLength.AtMost(most)));
            Assert.Equal(PlaceErrorReason.WrongLength, refused.Reason);
            Assert.Contains($"1 to {most} bytes", refused.Message, StringComparison.Ordinal);
        }

        Assert.Single(await _place.ListAsync());
    }

    [Fact]
    public async Task Listings_GoOverPages_AndKnowArchivesFromOtherThings()
    {
        foreach (string key in (string[])["films/a.vssnap", "films/b.vssnap", "films/c.vssnap", "books/a.vssnap", "filmsx/a.vssnap"])
            await _place.PutAsync(key, [1, 2, 3]);

        _s3.With(bucket => bucket.Put("vs/films/notes.txt", new S3Object([1], new Dictionary<string, string>()), onlyNew: true));
        _s3.With(bucket => bucket.Put("films/other.vssnap", new S3Object([1], new Dictionary<string, string>()), onlyNew: true));
        Assert.Equal(["films/a.vssnap", "films/b.vssnap", "films/c.vssnap"], (await _place.ListAsync("films/")).Select(archive => archive.Key));
        Assert.Equal(5, (await _place.ListAsync()).Count);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(LargeBytes)]
    public async Task AnArchive_IsNotReplacedUnlessOneSaysSo(int length)
    {
        byte[] first = Archives.Bytes(length), second = Archives.Bytes(length, seed: 2);
        await _place.PutAsync(Archives.Key, first);
        var refused = await Assert.ThrowsAsync<PlaceException>(() => _place.PutAsync(Archives.Key, second));
        Assert.Equal((PlaceErrorReason.ArchiveAlreadyExists, "there is an archive s3://backups/vs/films/daily.vssnap already"), (refused.Reason, refused.Message));
        Assert.Equal(("s3://backups/vs", Archives.Key), (refused.Place, refused.Key));
        Assert.Equal(first, await _place.ReadAsync(Archives.Key));
        await _place.PutAsync(Archives.Key, second, overwrite: true);
        Assert.Equal(second, await _place.ReadAsync(Archives.Key));
    }

    /// <summary>Somebody else puts the key while the archive is on its way: the bucket itself refuses.</summary>
    [Theory]
    [InlineData(1_000, "PutObject")]
    [InlineData(LargeBytes, "Complete")]
    public async Task WhoeverIsSecond_IsRefused(int length, string operation)
    {
        _s3.Before(operation, bucket => bucket.Put("vs/films/daily.vssnap", new S3Object([7], new Dictionary<string, string>()), onlyNew: true));
        Assert.Equal(PlaceErrorReason.ArchiveAlreadyExists, await Archives.RefusedAsync(() => _place.PutAsync(Archives.Key, Archives.Bytes(length))));
        Assert.Equal([7], await _place.ReadAsync(Archives.Key));
        Assert.Equal(0, _s3.With(bucket => bucket.Uploads.Count));
    }

    [Theory]
    [InlineData(1_000, "PutObject")]
    [InlineData(1_000, "HeadObject")]
    [InlineData(LargeBytes, "Initiate")]
    [InlineData(LargeBytes, "UploadPart")]
    [InlineData(LargeBytes, "Complete")]
    public async Task FailuresThatPass_AreTriedAgain(int length, string operation)
    {
        byte[] bytes = Archives.Bytes(length);
        S3Fault[] faults = [S3Fault.ServerError, S3Fault.CutBefore, S3Fault.CutAfter];
        _s3.Fail(operation, faults);
        var put = await _place.PutAsync(Archives.Key, bytes);
        Assert.Equal(length, put.Bytes);
        Assert.Equal(bytes, await _place.ReadAsync(Archives.Key));
    }

    [Theory]
    [InlineData(1_000, "PutObject", (int)S3Fault.ServerError)]
    [InlineData(1_000, "PutObject", (int)S3Fault.CutBefore)]
    [InlineData(LargeBytes, "UploadPart", (int)S3Fault.ServerError)]
    [InlineData(LargeBytes, "UploadPart", (int)S3Fault.CutBefore)]
    [InlineData(LargeBytes, "Complete", (int)S3Fault.ServerError)]
    public async Task FailuresThatStay_LeaveNothing(int length, string operation, int fault)
    {
        _s3.Fail(operation, [.. Enumerable.Repeat((S3Fault)fault, 100)]);
        var failed = await Assert.ThrowsAsync<PlaceException>(() => _place.PutAsync(Archives.Key, Archives.Bytes(length)));
        Assert.Equal(PlaceErrorReason.Unavailable, failed.Reason);
        Assert.Contains($"s3://backups/vs/films/daily.vssnap at {_s3.Endpoint} does not answer as it should, after 4 tries", failed.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), _s3.With(bucket => (bucket.Objects.Count, bucket.Uploads.Count)));
    }

    [Theory]
    [InlineData("InternalError", 500)]
    [InlineData("AccessDenied", 403)]
    public async Task AFailureOfWhatWasGivenUpMeanwhile_IsThatItWasGivenUp(string code, int status)
    {
        // As where two parts of an archive fail at the same time: the first ends the other.
        using var stop = new CancellationTokenSource();
        var access = new S3Access(null!, S3Settings.Parse($"s3://{S3Standin.BucketName}/vs?endpoint={_s3.Endpoint}"), TimeProvider.System);
        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => access.CallAsync<int>(
            Archives.Key,
            _ =>
            {
                stop.Cancel();
                throw new AmazonS3Exception("the stand-in says so", ErrorType.Unknown, code, "1", (HttpStatusCode)status);
            },
            stop.Token));
        Assert.Equal(stop.Token, ended.CancellationToken);
    }

    [Fact]
    public async Task APartWithAnotherTag_IsRefused_AndNothingIsLeft()
    {
        _s3.Fail("UploadPart", S3Fault.WrongTag);
        var refused = await Assert.ThrowsAsync<PlaceException>(() => _place.PutAsync(Archives.Key, Archives.Bytes(LargeBytes)));
        Assert.Equal(PlaceErrorReason.Refused, refused.Reason);
        Assert.Contains("InvalidPart", refused.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), _s3.With(bucket => (bucket.Objects.Count, bucket.Uploads.Count)));
    }

    [Fact]
    public async Task ABucketThatKnowsNoConditions_IsNotTrusted()
    {
        _s3.Fail("PutObject", S3Fault.NotImplemented);
        Assert.Equal(PlaceErrorReason.NotSupported, await Archives.RefusedAsync(() => _place.PutAsync(Archives.Key, Archives.Bytes(10))));
    }

    [Fact]
    public async Task AnArchiveThatCannotBeRead_LeavesNothing()
    {
        byte[] half = Archives.Bytes(LargeBytes / 2);
        await Assert.ThrowsAsync<InvalidDataException>(() => _place.PutAsync(Archives.Key, new TrippingStream(half, () => throw new InvalidDataException("tripped")), LargeBytes));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _place.PutAsync(Archives.Key, new TrippingStream(half, () => { stop.Cancel(); stop.Token.ThrowIfCancellationRequested(); }), LargeBytes, cancellationToken: stop.Token));
        foreach (int said in (int[])[(LargeBytes / 2) - 1, (LargeBytes / 2) + 1, 1_000, LargeBytes])
            Assert.Equal(PlaceErrorReason.WrongLength, await Archives.RefusedAsync(() => _place.PutAsync(Archives.Key, new MemoryStream(half), said)));

        Assert.Equal((0, 0), _s3.With(bucket => (bucket.Objects.Count, bucket.Uploads.Count)));
    }

    [Fact]
    public async Task ADownloadThatIsCutOrStandsStill_GoesOnWhereItWas()
    {
        byte[] bytes = Archives.Bytes(LargeBytes);
        await _place.PutAsync(Archives.Key, bytes);
        _s3.Requests.Clear();
        _s3.Fail("GetObject", S3Fault.CutInBody, S3Fault.ServerError, S3Fault.CutBefore, S3Fault.CutInBody, S3Fault.Stall);
        Assert.Equal(bytes, await _place.ReadAsync(Archives.Key).WaitAsync(s_patience));
        string[] gets = [.. _s3.Requests.Where(request => request.StartsWith("GetObject", StringComparison.Ordinal))];
        Assert.Equal(6, gets.Length);
        Assert.Equal($"GetObject bytes=0-{LargeBytes - 1}", gets[0]);
        Assert.All(gets[1..], get => Assert.False(get.StartsWith("GetObject bytes=0-", StringComparison.Ordinal), "it began anew"));
    }

    [Fact]
    public async Task ADownloadThatGetsNowhere_IsGivenUp()
    {
        await _place.PutAsync(Archives.Key, Archives.Bytes(LargeBytes));
        _s3.Fail("GetObject", [.. Enumerable.Repeat(S3Fault.CutBefore, 100)]);
        Assert.Equal(PlaceErrorReason.Unavailable, await Archives.RefusedAsync(() => _place.ReadAsync(Archives.Key)));
    }

    [Fact]
    public async Task AnArchiveThatBecomesAnother_IsNotReadOn()
    {
        await _place.PutAsync(Archives.Key, Archives.Bytes(LargeBytes));
        await using var stream = await _place.OpenReadAsync(Archives.Key);
        _s3.Fail("GetObject", S3Fault.CutInBody);
        await stream.ReadExactlyAsync(new byte[1_000]);
        await _place.PutAsync(Archives.Key, Archives.Bytes(LargeBytes, seed: 2), overwrite: true);
        Assert.Equal(PlaceErrorReason.ArchiveChanged, await Archives.RefusedAsync(() => stream.CopyToAsync(Stream.Null)));
    }

    [Fact]
    public async Task Streams_AfterSeeking_ReadWhatIsThere()
    {
        byte[] bytes = Archives.Bytes(LargeBytes);
        await _place.PutAsync(Archives.Key, bytes);
        await using var stream = await _place.OpenReadAsync(Archives.Key, 5);
        byte[] read = new byte[100];
        foreach (int position in (int[])[5, 300_000, 17, LargeBytes - 100])
        {
            stream.Position = position;
            await stream.ReadExactlyAsync(read);
            Assert.Equal(bytes[position..(position + 100)], read);
        }

        Assert.Equal((LargeBytes, LargeBytes, 0), (stream.Length, stream.Position, await stream.ReadAsync(read)));
    }

    [Theory]
    [InlineData(S3Standin.AccessKey, "another secret", "SignatureDoesNotMatch")]
    [InlineData("AKIANOBODY", S3Standin.SecretKey, "InvalidAccessKeyId")]
    public async Task AWrongKey_IsRefused(string accessKey, string secretKey, string code)
    {
        using var stranger = Open(accessKey: accessKey, secretKey: secretKey);
        await DeniedAsync(() => stranger.ListAsync());
        await DeniedAsync(() => stranger.ReadAsync(Archives.Key));
        await DeniedAsync(() => stranger.PutAsync(Archives.Key, [1], overwrite: true));
        await DeniedAsync(() => stranger.PutAsync(Archives.Key, [1]));
        await DeniedAsync(() => stranger.DeleteAsync(Archives.Key));
        Assert.Equal(0, _s3.With(bucket => bucket.Objects.Count));

        async Task DeniedAsync(Func<Task> call)
        {
            var denied = await Assert.ThrowsAsync<PlaceException>(call);
            Assert.Equal(PlaceErrorReason.AccessDenied, denied.Reason);
            Assert.Contains($"is denied: {code}", denied.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(secretKey, denied.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ABucketThatIsNotThere_IsNamed()
    {
        using var nowhere = Open(bucket: "nowhere");
        foreach (var call in (Func<Task>[])[() => nowhere.ListAsync(), () => nowhere.ReadAsync(Archives.Key), () => nowhere.PutAsync(Archives.Key, [1]), () => nowhere.PutAsync(Archives.Key, [1], overwrite: true), () => nowhere.DeleteAsync(Archives.Key)])
        {
            var refused = await Assert.ThrowsAsync<PlaceException>(call);
            Assert.Equal((PlaceErrorReason.PlaceNotFound, $"there is no bucket 'nowhere' at {_s3.Endpoint}"), (refused.Reason, refused.Message));
        }
    }

    [Fact]
    public async Task AServerThatIsNotThere_IsUnavailable()
    {
        await _s3.DisposeAsync();
        Assert.Equal(PlaceErrorReason.Unavailable, await Archives.RefusedAsync(() => _place.ListAsync()));
        _s3 = await S3Standin.StartAsync();
    }

    /// <summary>The stand-in is worth something only if it checks: a request that was signed is taken as it was, and in no other way.</summary>
    [Fact]
    public async Task TheStandIn_TakesWhatWasSigned_AndNothingElse()
    {
        await _place.PutAsync(Archives.Key, [1, 2, 3]);
        Assert.Equal("OK", await ReplayAsync(overwrite: true));
        Assert.Equal("XAmzContentSHA256Mismatch", await ReplayAsync(overwrite: true, body: [1, 2, 4]));
        Assert.Equal("SignatureDoesNotMatch", await ReplayAsync(overwrite: true, body: [1, 2, 4], hash: Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([1, 2, 4]))));
        Assert.Equal("SignatureDoesNotMatch", await ReplayAsync(overwrite: true, path: "/backups/vs/films/other.vssnap"));
        Assert.Equal("SignatureDoesNotMatch", await ReplayAsync(overwrite: true, path: "/backups/vs/films/daily.vssnap?x=1"));
        Assert.Equal("AccessDenied", await ReplayAsync(overwrite: true, isSigned: false));
        Assert.Equal([1, 2, 3], await _place.ReadAsync(Archives.Key));
    }

    private async Task<string> ReplayAsync(bool overwrite, byte[]? body = null, string? hash = null, string? path = null, bool isSigned = true)
    {
        if (overwrite)
            _s3.With(bucket => bucket.Objects.Remove("vs/films/daily.vssnap"));

        var (method, target, headers, sent) = _s3.Last["PutObject"];
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{_s3.Endpoint}{path ?? target}") { Content = new ByteArrayContent(body ?? sent) };
        foreach (var (name, values) in headers)
        {
            string value = name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase) && hash is not null ? hash : values.ToString();
            bool isLeftOut = name is "Content-Length" or "Host" || (name == "Authorization" && !isSigned);
            if (!isLeftOut && !request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
            return "OK";

        _s3.With(bucket => bucket.Put("vs/films/daily.vssnap", new S3Object([1, 2, 3], new Dictionary<string, string>()), onlyNew: false));
        return System.Xml.Linq.XElement.Parse(text).Element("Code")!.Value;
    }

    private S3Place Open(string bucket = S3Standin.BucketName, string accessKey = S3Standin.AccessKey, string secretKey = S3Standin.SecretKey) => S3Place.Open(
        S3Settings.Parse($"s3://{bucket}/vs?endpoint={_s3.Endpoint}") with
        {
            PartBytes = PartBytes,
            PartsAtOnce = 2,
            AttemptsMax = 4,
            FirstDelay = TimeSpan.FromMilliseconds(1),
            StallMax = TimeSpan.FromMilliseconds(300),
        },
        new BasicAWSCredentials(accessKey, secretKey));

    private sealed class Told(List<long> told) : IProgress<long>
    {
        public void Report(long value)
        {
            lock (told)
                told.Add(value);
        }
    }
}
