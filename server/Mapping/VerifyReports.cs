using VectorStore.Engine;
using VectorStore.Protocol.V1;

namespace VectorStore.Server.Mapping;

/// <summary>What reading a collection back has shown, and how far it is.</summary>
internal static class VerifyReports
{
    public static VerifyResponse FromEngine(VerifyReport report)
    {
        var response = new VerifyResponse { Collection = report.Collection, FilesRead = report.FilesRead, BytesRead = report.BytesRead };
        response.Problems.AddRange(report.Problems);
        response.Damages.AddRange(report.Damages.Select(CollectionInfos.FromEngine));
        return response;
    }

    public static VerifyStreamResponse FromEngine(VerifyProgress progress) =>
        new() { FilesRead = progress.FilesRead, BytesRead = progress.BytesRead, BytesTotal = progress.BytesTotal, File = progress.File };

    public static VerifyStreamResponse ToLast(VerifyReport report) =>
        new() { FilesRead = report.FilesRead, BytesRead = report.BytesRead, BytesTotal = report.BytesRead, Report = FromEngine(report) };
}
