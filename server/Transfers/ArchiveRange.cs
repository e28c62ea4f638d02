using Microsoft.Net.Http.Headers;

namespace VectorStore.Server.Transfers;

/// <summary>Which bytes of an archive a request asks for.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="Length">How many.</param>
/// <param name="IsWhole">All, asked for without a range: 200 instead of 206.</param>
internal readonly record struct ArchiveRange(long Start, long Length, bool IsWhole)
{
    /// <summary>Nothing of what is asked for is there.</summary>
    public bool IsBeyond => Length <= 0 && !IsWhole;

    public static ArchiveRange Whole(long total) => new(0, total, IsWhole: true);

    /// <summary>Reads <c>Range</c> and <c>If-Range</c>. A range that cannot be read, several ranges, and ranges of another archive than this one stand for the whole, as HTTP has it.</summary>
    public static ArchiveRange Of(HttpRequest request, EntityTagHeaderValue tag, long total)
    {
        if (request.Headers.Range.Count == 0 || !RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var parsed))
            return Whole(total);
        if (parsed.Unit != "bytes" || parsed.Ranges.Count != 1 || !IsOf(request, tag))
            return Whole(total);

        var range = parsed.Ranges.First();
        if (range.From is not { } from)
        {
            long last = Math.Min(range.To ?? 0, total);
            return new ArchiveRange(total - last, last, IsWhole: false);
        }

        long to = Math.Min(range.To ?? long.MaxValue, total - 1);
        return new ArchiveRange(from, to - from + 1, IsWhole: false);
    }

    private static bool IsOf(HttpRequest request, EntityTagHeaderValue tag) =>
        request.Headers.IfRange.Count == 0
        || (EntityTagHeaderValue.TryParse(request.Headers.IfRange.ToString(), out var wanted) && wanted.Compare(tag, useStrongComparison: true));
}
