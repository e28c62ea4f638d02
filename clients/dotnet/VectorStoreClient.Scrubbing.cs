using VectorStore.Client.Calls;
using VectorStore.Client.Mapping;
using VectorStore.Protocol.V1;

namespace VectorStore.Client;

/// <content>The server's scrubber, which reads sealed segments, closed log files and payload stores in the background to find damage early.</content>
public sealed partial class VectorStoreClient
{
    /// <summary>What the server's scrubber does and did.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<ScrubStatus> GetScrubStatusAsync(CancellationToken cancellationToken = default) =>
        ScrubMapping.FromWire((await CallAsync(ServiceMethods.GetScrubStatus, new GetScrubStatusRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Scrub);

    /// <summary>Has the server read every file that its scrubber reads, now, at the most bytes a second that it is allowed to, whether the scrubber is paused, switched off or neither. Without a time limit.</summary>
    /// <remarks>The server serves meanwhile. A damaged collection turns red, as by any pass. One at a time: a second one waits for the first.</remarks>
    /// <param name="progress">Told a few times a second how far it is. Null: nobody is.</param>
    /// <param name="cancellationToken">Ends the pass of the server too.</param>
    public async Task<ScrubReport> RunScrubAsync(IProgress<ScrubStatus>? progress = null, CancellationToken cancellationToken = default)
    {
        ScrubReport? report = null;
        await foreach (var response in StreamAsync(ServiceMethods.RunScrub, new RunScrubRequest(), cancellationToken).ConfigureAwait(false))
        {
            report = response.Report is null ? report : ScrubMapping.FromWire(response.Report);
            progress?.Report(ScrubMapping.FromWire(response.Scrub));
        }

        return report ?? throw new ServerException(ErrorReason.Unknown, "INTERNAL", reasonName: null, "the server ended scrubbing without a report");
    }

    /// <summary>The server's scrubber reads nothing by itself until <see cref="ResumeScrubAsync"/> or a restart. Does nothing where it is paused already.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may do it all the same.</param>
    /// <returns>The status just after.</returns>
    public async Task<ScrubStatus> PauseScrubAsync(CancellationToken cancellationToken = default) =>
        ScrubMapping.FromWire((await CallAsync(ServiceMethods.PauseScrub, new PauseScrubRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Scrub);

    /// <summary>The server's scrubber goes on where it was. Does nothing where it is not paused.</summary>
    /// <param name="cancellationToken">Stops waiting; the server may do it all the same.</param>
    /// <returns>The status just after.</returns>
    public async Task<ScrubStatus> ResumeScrubAsync(CancellationToken cancellationToken = default) =>
        ScrubMapping.FromWire((await CallAsync(ServiceMethods.ResumeScrub, new ResumeScrubRequest(), CallKind.Repeatable, cancellationToken).ConfigureAwait(false)).Scrub);
}
