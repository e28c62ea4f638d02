namespace VectorStore.Engine.Simulation;

/// <summary>The plug was pulled. Not an error of the database, so that nothing but a test may catch it by name.</summary>
internal sealed class SimulatedCrashException() : Exception("the simulated machine has lost power");
