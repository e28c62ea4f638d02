using VectorStore.Engine;

namespace VectorStore.Cli.Output;

/// <summary>How far a pass of the scrubber is, in bytes.</summary>
internal sealed class ScrubProgress(IProgress<SnapshotProgress> bytes) : IProgress<ScrubStatus>
{
    public void Report(ScrubStatus value)
    {
        if (value.State == ScrubState.Running)
            bytes.Report(new SnapshotProgress(value.BytesRead, value.BytesRead + value.BytesLeft));
    }
}
