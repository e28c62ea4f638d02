namespace VectorStore.Engine.Segments;

/// <summary>Tells how far building a segment is: a stretch of the whole, which parts of the work divide further.</summary>
/// <param name="report">Receives the phase and the share of the whole that is done, from any thread, and not always in order.</param>
/// <param name="from">Share of the whole where this stretch begins.</param>
/// <param name="to">Share of the whole where it ends.</param>
internal sealed class BuildProgress(Action<OptimizerPhase, double> report, double from, double to)
{
    /// <summary>A part of this stretch.</summary>
    /// <param name="partFrom">Share of the stretch where the part begins.</param>
    /// <param name="partTo">Share of the stretch where it ends.</param>
    public BuildProgress Part(double partFrom, double partTo) => new(report, At(partFrom), At(partTo));

    /// <summary>One phase, which fills the stretch.</summary>
    public IProgress<double> In(OptimizerPhase phase)
    {
        var progress = new PhaseProgress(this, phase);
        progress.Report(0);
        return progress;
    }

    private void Report(OptimizerPhase phase, double share) => report(phase, At(share));

    private double At(double share) => from + ((to - from) * share);

    private sealed class PhaseProgress(BuildProgress stretch, OptimizerPhase phase) : IProgress<double>
    {
        public void Report(double value) => stretch.Report(phase, value);
    }
}
