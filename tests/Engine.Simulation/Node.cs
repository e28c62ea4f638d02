namespace VectorStore.Engine.Simulation;

/// <summary>What a name in a directory stands for.</summary>
internal abstract class Node;
