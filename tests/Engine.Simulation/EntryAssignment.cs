namespace VectorStore.Engine.Simulation;

/// <summary>One name of one directory gets a meaning, or loses it.</summary>
internal sealed record EntryAssignment(DirectoryNode Directory, string Name, Node? Target);
