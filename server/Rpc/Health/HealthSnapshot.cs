namespace VectorStore.Server.Rpc.Health;

/// <summary>What <see cref="HealthState"/> says of one service at one moment.</summary>
/// <param name="Health">Null: no such service is known.</param>
/// <param name="Stopped">The server stops: nothing will change any more.</param>
/// <param name="Changed">Completes at the next change of any service, and when the server stops.</param>
internal readonly record struct HealthSnapshot(ServiceHealth? Health, bool Stopped, Task Changed);
