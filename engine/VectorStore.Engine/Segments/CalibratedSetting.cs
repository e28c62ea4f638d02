namespace VectorStore.Engine.Segments;

/// <summary>One way to search a sealed index, and what it was measured to give.</summary>
/// <param name="Ef">Width of the beam.</param>
/// <param name="Candidates">How many of the best by estimate are measured again.</param>
/// <param name="Recall">Share of the true nearest that sample queries found, less one standard error; 0 to 1.</param>
/// <param name="Nanoseconds">Estimated cost of a search, by which settings are compared; it is no promise.</param>
internal readonly record struct CalibratedSetting(int Ef, int Candidates, float Recall, float Nanoseconds);
