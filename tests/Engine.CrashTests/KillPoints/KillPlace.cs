namespace VectorStore.Engine.CrashTests.KillPoints;

/// <summary>Where a kill point is passed.</summary>
/// <param name="Point">Its name.</param>
/// <param name="Life">Seed of the life.</param>
/// <param name="DiedAt">Where a process that died before left the directory: the number of the passing, of any point, at which it did. Null: there was none.</param>
/// <param name="First">How many points are passed before it is for the first time: a process that dies early costs less.</param>
/// <param name="Passings">How often it is passed there.</param>
internal sealed record KillPlace(string Point, int Life, int? DiedAt, int First, int Passings);
