namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>Tells a walk which neighbours of a point are worth measuring.</summary>
internal unsafe interface IHopSource
{
    /// <summary>Collects and marks neighbours that were not marked yet.</summary>
    /// <param name="point">The point being expanded.</param>
    /// <param name="distance">Its distance by the walk's scorer.</param>
    /// <param name="bound">Neighbours at this distance or farther will not be kept.</param>
    /// <param name="marks">A byte for each point of the graph.</param>
    /// <param name="epoch">What marks a point as seen.</param>
    /// <param name="fresh">Receives them; room for all neighbours of a point, rounded up to whole vectors.</param>
    /// <returns>How many.</returns>
    int Collect(uint point, float distance, float bound, byte* marks, byte epoch, uint* fresh);

    /// <summary>Hints that <see cref="Collect"/> will soon be asked for a point.</summary>
    void Prefetch(uint point);
}
