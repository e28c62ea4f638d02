namespace VectorStore.Engine.Collections;

/// <summary>Travels with a write through the log; applying fills it in before the caller is answered.</summary>
internal sealed class WriteOutcome
{
    public long PointsChanged { get; set; }
}
