namespace VectorStore.Engine.Graphs.Kernels;

/// <summary>What of the difference r between a neighbour and a point c is needed, in steps of the codes; s are the signs of r. Mutable while it is summed.</summary>
internal record struct DifferenceSums
{
    /// <summary>|r|².</summary>
    public int Squared;

    /// <summary>⟨r, s⟩.</summary>
    public int Magnitude;

    /// <summary>⟨c, r⟩.</summary>
    public int CentreProduct;

    /// <summary>⟨c, s⟩.</summary>
    public int CentreSigns;
}
