using Microsoft.Net.Http.Headers;
using HttpStatuses = Microsoft.AspNetCore.Http.StatusCodes;

namespace VectorStore.Server.Transfers;

/// <summary>Conditions on the archive that a name stands for.</summary>
internal static class ArchiveConditions
{
    private const string Any = "*";

    /// <summary>The status to answer with instead of the archive: 412 where <c>If-Match</c> names others, 304 where <c>If-None-Match</c> names this one. Null: go on.</summary>
    public static int? Refuse(HttpRequest request, EntityTagHeaderValue tag)
    {
        if (request.Headers.IfMatch.Count > 0 && !Names(request.Headers.IfMatch, tag, useStrongComparison: true))
            return HttpStatuses.Status412PreconditionFailed;
        if (request.Headers.IfNoneMatch.Count > 0 && Names(request.Headers.IfNoneMatch, tag, useStrongComparison: false))
            return HttpStatuses.Status304NotModified;

        return null;
    }

    /// <summary>Whether an upload may only make what is not there yet, and says so: where there is one, that is a condition that does not hold, not a conflict.</summary>
    public static bool WantsNone(HttpRequest request) => request.Headers.IfNoneMatch.ToString().Trim() == Any;

    private static bool Names(IList<string> header, EntityTagHeaderValue tag, bool useStrongComparison) =>
        header.Any(value => value?.Trim() == Any)
        || (EntityTagHeaderValue.TryParseList(header, out var tags) && tags.Any(wanted => wanted.Compare(tag, useStrongComparison)));
}
