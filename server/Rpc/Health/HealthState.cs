namespace VectorStore.Server.Rpc.Health;

/// <summary>Which services answer, for everyone who asks: <see cref="HealthService"/>, the probes over HTTP. Thread-safe.</summary>
/// <remarks>The server as a whole goes by the empty name and is known from the beginning, as not serving.</remarks>
internal sealed class HealthState
{
    /// <summary>The server as a whole.</summary>
    public const string Overall = "";

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<string, ServiceHealth> _services = new(StringComparer.Ordinal) { [Overall] = ServiceHealth.NotServing };

    // Guarded by _lock. Continuations run elsewhere, so completing it under the lock is safe.
    private TaskCompletionSource _changed = NewSignal();

    // Guarded by _lock.
    private bool _stopped;

    /// <summary>Says how a service is. After <see cref="Stop"/> nothing changes any more.</summary>
    /// <param name="service">Full name, such as <c>vectorstore.v1.PointService</c>; <see cref="Overall"/>: the server.</param>
    /// <param name="health">How it is from now on.</param>
    public void Set(string service, ServiceHealth health)
    {
        lock (_lock)
        {
            if (_stopped || (_services.TryGetValue(service, out var before) && before == health))
                return;

            _services[service] = health;
            SignalLocked();
        }
    }

    /// <summary>Says how the server and all services that are known so far are.</summary>
    public void SetAll(ServiceHealth health)
    {
        lock (_lock)
        {
            if (_stopped)
                return;

            SetAllLocked(health);
            SignalLocked();
        }
    }

    /// <summary>The server stops: everything is not serving, for good, and whoever watches is told so and then let go. May be called again.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_stopped)
                return;

            SetAllLocked(ServiceHealth.NotServing);
            _stopped = true;
            SignalLocked();
        }
    }

    /// <summary>How a service is now; null where it is not known.</summary>
    public ServiceHealth? Get(string service) => Observe(service).Health;

    /// <summary>How a service is now, with the means to wait for a change: nothing that happens after this returns is missed.</summary>
    public HealthSnapshot Observe(string service)
    {
        lock (_lock)
            return new HealthSnapshot(_services.TryGetValue(service, out var health) ? health : null, _stopped, _changed.Task);
    }

    private void SetAllLocked(ServiceHealth health)
    {
        foreach (string service in _services.Keys.ToArray())
            _services[service] = health;
    }

    private void SignalLocked()
    {
        var signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
